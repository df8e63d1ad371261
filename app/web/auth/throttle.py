"""How many wrong passwords are looked at, whoever guesses and from however many addresses.

Each wrong one goes into buckets that leak: one of the address it came from (of IPv6 the /64 that a household has, and
the /48 that a provider gives), and one of the realm, which is the admin's or that of a campaign's gallery. Where one is
full, no further password is looked at before it has leaked: https://en.wikipedia.org/wiki/Leaky_bucket. A realm that is
full keeps nobody out who has logged in from the same address lately, and leaves one try an hour to each network that
has not guessed. docs/security.md says how many guesses that lets through.

All processes of the service share the buckets, which lie in a small database on the local disk.
"""

import contextlib
import hashlib
import ipaddress
import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.adapters.store import scratch

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bucket:
    """Takes so many wrong passwords at once, and loses so many an hour."""

    most: int
    an_hour: int

    def after(self, level: float, seconds: float) -> float:
        """What is left of a level after so long."""
        return max(0.0, level - seconds * self.an_hour / 3600)

    def wait(self, level: float) -> float:
        """Seconds until there is room for another one."""
        return max(0.0, (level + 1 - self.most) * 3600 / self.an_hour)


ADDRESS = Bucket(10, 12)  # an IPv4 address, an IPv6 /64
SITE = Bucket(40, 40)  # an IPv6 /48
REALM = Bucket(100, 100)
FIRST = Bucket(1, 1)  # an IPv4 /24 or an IPv6 /48, where the realm is full
KNOWN = 30 * 24 * 3600.0  # seconds that an address is known after a right password
KEPT = 24 * 3600.0  # seconds after which no bucket has anything in it

TABLES = """
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, level REAL, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY, value BLOB);
INSERT OR IGNORE INTO secret VALUES (1, randomblob(16));
"""


@dataclass(frozen=True)
class Names:
    """Of the buckets of a realm and an address. `site`: None for IPv4."""

    realm: str
    address: str
    site: str | None
    network: str


def names(realm: str, address: str) -> Names:
    """The buckets of whoever asks from `address`; what is no address is one of its own. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        other = f"{realm} {address[:64]}"
        return Names(realm, other, None, f"{other} first")
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv4Address):
        return Names(realm, f"{realm} {found}", None, f"{realm} {_within(found, 24)} first")
    site = _within(found, 48)
    return Names(realm, f"{realm} {_within(found, 64)}", f"{realm} {site}", f"{realm} {site} first")


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False))


class TooManyGuesses(Exception):
    """Too many wrong passwords from one address; `wait`: seconds until the next is looked at."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many wrong passwords; try again in {wait:.0f} seconds.")
        self.wait = wait


class Guesses:
    """Wrong passwords of whoever shares `place` (None: of this process alone). `clock`: seconds since 1970."""

    def __init__(self, place: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._clock = clock
        self._turn = threading.Lock()
        self._open: tuple[int, sqlite3.Connection] | None = None  # with the process that has opened it

    def attempt(self, realm: str, address: str) -> float:
        """Seconds until a password from `address` is looked at. 0: now, and until `right` it counts as a wrong one."""
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

    def right(self, realm: str, address: str) -> None:
        """The password of the last attempt was right: that one is taken back, and the address is known."""
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

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The database, in a transaction that nobody else is in; one in memory where the disk fails."""
        with self._turn:
            try:
                database = self._opened()
                database.execute("BEGIN IMMEDIATE")
            except (sqlite3.Error, OSError) as error:
                LOG.warning("Wrong passwords are counted by each process for itself: %s", type(error).__name__)
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
            weakref.finalize(self, self._open[1].close)  # sqlite3 warns of connections that nobody has closed
        return self._open[1]

    def _in_memory(self) -> sqlite3.Connection:
        self._place = None
        self._open = None
        return self._opened()


def _disguised(database: sqlite3.Connection, plain: Names) -> Names:
    """The names as they stand in the database, which shows nobody from where others have logged in."""
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
    """Where the processes of this machine that serve `store` share what they count; None where that cannot be."""
    try:
        directory = scratch.lasting("guesses")
    except OSError as error:
        LOG.warning("Wrong passwords are counted by each process for itself: %s", error.strerror)
        return None
    return directory / f"{hashlib.sha256(os.fsencode(store.absolute())).hexdigest()[:16]}.sqlite3"


def _level(database: sqlite3.Connection, name: str, bucket: Bucket, now: float) -> float:
    row = database.execute("SELECT level, at FROM buckets WHERE name = ?", (name,)).fetchone()
    return bucket.after(row[0], now - row[1]) if row else 0.0


def _connected(place: Path | None) -> sqlite3.Connection:
    try:
        return _prepared(place)
    except sqlite3.DatabaseError as error:
        if place is None or isinstance(error, sqlite3.OperationalError):  # which says nothing of the file: it is busy
            raise
        place.unlink(missing_ok=True)  # damaged: what it counted is lost
        return _prepared(place)


def _prepared(place: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(place or ":memory:", timeout=5, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")  # what a power cut loses is a few guesses
        database.executescript(TABLES)
    except BaseException:
        database.close()
        raise
    return database
