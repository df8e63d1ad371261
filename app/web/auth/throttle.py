"""Throttles password guessing, from one address or from many.

Each wrong password goes into leaky buckets (https://en.wikipedia.org/wiki/Leaky_bucket): one of its address (for IPv6,
the /64 of a household and the /48 of a provider) and one of the realm: the admin's, or a campaign's gallery. While one
is full, no further password is checked. A full realm still admits addresses that have logged in lately, and one attempt
an hour from each network that has not guessed. docs/security.md says how many guesses get through.

Photos that people send are limited the same way, by buckets of their own (`take`).

All processes of the service share the buckets, in a small database on the local disk.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

from app.adapters.store import scratch
from app.web.auth.buckets import ADDRESS, FIRST, REALM, SITE, Allowance, Bucket, Names, names

LOG = logging.getLogger(__name__)


KNOWN = 30 * 24 * 3600.0  # seconds that an address is known after a successful login
KEPT = 24 * 3600.0  # seconds after which every bucket is empty

TABLES = """
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, level REAL, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY, value BLOB);
INSERT OR IGNORE INTO secret VALUES (1, randomblob(16));
"""


class TooManyAttempts(Exception):
    """Too many wrong passwords from one address; `wait`: seconds until the next one is checked."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong passwords; try again in {wait:.0f} seconds.")
        self.wait = wait


class Throttle:
    """Counts wrong passwords, in `place`, which processes share, or (None) in memory. `clock`: seconds since 1970."""

    def __init__(self, place: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._clock = clock
        self._turn = threading.Lock()
        self._open: tuple[int, sqlite3.Connection] | None = None  # with the process that opened it

    def attempt(self, realm: str, address: str) -> float:
        """Seconds until a password from `address` may be checked; 0: now. It counts as wrong until `succeeded`."""
        now = self._clock()
        with self._database() as database:
            ours = _disguised(database, names(realm, address))
            buckets = {ours.address: ADDRESS, ours.realm: REALM, ours.network: FIRST}
            if ours.site:
                buckets[ours.site] = SITE
            levels = {name: _level(database, name, bucket, now) for name, bucket in buckets.items()}
            row = database.execute("SELECT at FROM known WHERE name = ?", (ours.address,)).fetchone()
            known = row is not None and now - row[0] < KNOWN
            full = REALM.wait(levels[ours.realm]) > 0
            asked = [ours.address, *([ours.site] if ours.site else []), *([ours.network] if full and not known else [])]
            wait = max(buckets[name].wait(levels[name]) for name in asked)
            if wait == 0:
                rows = [(name, min(levels[name] + 1, bucket.most), now) for name, bucket in buckets.items()]
                database.executemany("REPLACE INTO buckets VALUES (?, ?, ?)", rows)
        return wait

    def succeeded(self, realm: str, address: str) -> None:
        """The password of the last attempt was right: no longer counts it, and remembers the address."""
        now = self._clock()
        with self._database() as database:
            ours = _disguised(database, names(realm, address))
            for name in (ours.address, ours.network):
                database.execute("DELETE FROM buckets WHERE name = ?", (name,))
            for name in filter(None, (ours.realm, ours.site)):
                database.execute("UPDATE buckets SET level = max(0, level - 1) WHERE name = ?", (name,))
            database.execute("REPLACE INTO known VALUES (?, ?)", (ours.address, now))
            database.execute("DELETE FROM known WHERE at < ?", (now - KNOWN,))
            database.execute("DELETE FROM buckets WHERE at < ?", (now - KEPT,))

    def take(self, realm: str, address: str, allowance: Allowance) -> float:
        """Seconds until `address` may do something again; 0: now, which is counted. No password is involved."""
        now = self._clock()
        with self._database() as database:
            ours = _disguised(database, names(realm, address))
            buckets = {ours.address: allowance.address, ours.realm: allowance.realm}
            if ours.site:
                buckets[ours.site] = allowance.site
            levels = {name: _level(database, name, bucket, now) for name, bucket in buckets.items()}
            wait = max(bucket.wait(levels[name]) for name, bucket in buckets.items())
            if wait == 0:
                rows = [(name, levels[name] + 1, now) for name in buckets]
                database.executemany("REPLACE INTO buckets VALUES (?, ?, ?)", rows)
                database.execute("DELETE FROM buckets WHERE at < ?", (now - KEPT,))
        return wait

    def close(self) -> None:
        """Closes the database, if this process has opened one."""
        with self._turn:
            if self._open is not None and self._open[0] == os.getpid():
                self._open[1].close()
                self._open = None

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The database, in an exclusive transaction; one in memory if the disk fails."""
        with self._turn:
            try:
                database = self._opened()
                database.execute("BEGIN IMMEDIATE")
            except (sqlite3.Error, OSError) as error:
                LOG.warning("Each process counts wrong passwords on its own: %s", type(error).__name__)
                database = self._in_memory()
                database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.rollback()
                raise
            database.commit()

    def _opened(self) -> sqlite3.Connection:
        if self._open is None or self._open[0] != os.getpid():
            self._open = (os.getpid(), _connected(self._place))
            weakref.finalize(self, self._open[1].close)  # sqlite3 warns of connections that are not closed
        return self._open[1]

    def _in_memory(self) -> sqlite3.Connection:
        self._place = None
        self._open = None
        return self._opened()


def _disguised(database: sqlite3.Connection, plain: Names) -> Names:
    """The names as stored in the database, which reveals no addresses."""
    (secret,) = database.execute("SELECT value FROM secret").fetchone()

    def disguised(name: str) -> str:
        return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16, key=secret).hexdigest()

    return Names(
        disguised(plain.realm),
        disguised(plain.address),
        disguised(plain.site) if plain.site else None,
        disguised(plain.network),
    )


def shared(store: Path) -> Path | None:
    """The file that this machine's processes for `store` share; None if it cannot be made."""
    try:
        directory = scratch.lasting("guesses")
    except OSError as error:
        LOG.warning("Each process counts wrong passwords on its own: %s", error.strerror)
        return None
    return directory / f"{hashlib.sha256(os.fsencode(store.absolute())).hexdigest()[:16]}.sqlite3"


def _level(database: sqlite3.Connection, name: str, bucket: Bucket, now: float) -> float:
    row = database.execute("SELECT level, at FROM buckets WHERE name = ?", (name,)).fetchone()
    return bucket.after(row[0], now - row[1]) if row else 0.0


def _connected(place: Path | None) -> sqlite3.Connection:
    try:
        return _prepared(place)
    except sqlite3.DatabaseError as error:
        if place is None or isinstance(error, sqlite3.OperationalError):  # not damaged, only busy
            raise
        place.unlink(missing_ok=True)  # damaged: its counts are lost
        return _prepared(place)


def _prepared(place: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(place or ":memory:", timeout=5, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")  # a power cut loses a few guesses
        database.executescript(TABLES)
    except BaseException:
        database.close()
        raise
    return database
