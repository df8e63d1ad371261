"""Publishes a campaign's public face: what differs is made and sent, what is gone is removed, erasures first.

It can be killed at any moment and run again: what is sent already is neither made nor sent again, and readers find
whole pages all the time.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from app.adapters.store import Store
from app.adapters.store.documents import an_object
from app.adapters.targets import Held, Target, Upload
from app.core import limits
from app.core.config import Campaign
from app.core.errors import (
    BadParameters,
    CollagenError,
    CollageUnsound,
    NotFound,
    PublishInProgress,
    SettingError,
    StoreUnavailable,
)
from app.services.collage.withdrawn import Withdrawn
from app.services.face.face import Face
from app.services.face.newest import Collage
from app.services.publish import names
from app.services.publish.invalidate import addresses
from app.services.publish.made import read_made
from app.services.publish.pages import Content, Picture, Stage, assets, pages, tile_names
from app.services.publish.pictures import Picture as Wished
from app.services.publish.pictures import drawn, pictures, state, widths
from app.services.publish.plan import File, Shown, erases, erasures, is_there, plan, still_open
from app.services.publish.pyramid import Pyramid, Tile
from app.services.wall.cache import Cache
from app.services.wall.finished import Finished
from app.services.wall.geometry import TILE
from app.services.wall.wall import Walls

TRIES = 3  # where photos change while they are published
SAVED = 500  # tiles between two notes of what was made: at most so many are made again after a kill


class Cdn(Protocol):
    """What is asked of a CDN in front of the target. Both raise TargetUnavailable and SettingError."""

    def invalidate(self, paths: Sequence[str]) -> str: ...
    def wait(self, invalidation: str) -> None: ...


@dataclass(frozen=True)
class Order:
    """`collage`: its number, None for the newest. `place`: of the target, for what is noted about it.

    `site`: the site's own address, "" if it is not known. `join`: the address of the form, if people can send photos.
    `wait`: until the CDN has forgotten; `dry`: only say what would be done. `own`: the campaign's own address, if the
    outcome is to be noted as that of what the campaign publishes by itself.
    """

    campaign: Campaign
    collage: str | None
    place: str
    site: str = ""
    join: str | None = None
    wait: bool = False
    dry: bool = False
    own: str | None = None


@dataclass
class Report:
    """`files`, `bytes`: all that should be there. `sent`, `erased`, `removed`: paths; `sent_bytes`: of the first.

    `invalidated`: the addresses that the CDN was to forget, in order.
    """

    collage: str
    people: int = 0
    files: int = 0
    bytes: int = 0
    sent: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    erased: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    invalidated: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Publisher:
    """Publishes campaigns of one store. Creating one touches nothing on disk. `show` gets how many tiles are done."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], show: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        cache, withdrawn = Cache(store.path), Withdrawn(store)
        self._store = store
        self._clock = clock
        self._show = show
        self._finished = Finished(store, withdrawn, cache)
        self._face = Face.of(store, withdrawn, self._finished, cache)
        self._walls = Walls(store, cache)

    def publish(self, order: Order, target: Target, cdn: Cdn | None) -> Report:
        """Publishes it, and notes what is there now.

        Raises BadParameters if the campaign is not public, NotFound without a collage, SettingError if something else
        is at the target, PublishInProgress, StoreUnavailable, TargetUnavailable.
        """
        try:
            return self._publish(order, target, cdn)
        except PublishInProgress:
            raise
        except CollagenError as error:
            self._failed(order, str(error))
            raise

    def _publish(self, order: Order, target: Target, cdn: Cdn | None) -> Report:
        rules = order.campaign
        if not rules.public:
            raise BadParameters(
                f"{rules.name} is not public, so it is not published either; say public = true in campaigns.toml."
            )
        with self._store.published.turn(rules.name):
            for _ in range(TRIES):
                run = _Run(self._store, self._walls, self._finished, order, target, cdn)
                report = run.go(self._collage(order), self._now, self._clock, self._show)
                if report is not None:
                    return report
        raise PublishInProgress(
            f"Photos of {rules.name} keep changing while they are published; try again once they are at rest."
        )

    def _failed(self, order: Order, why: str) -> None:
        """Notes why, and leaves what is known of what is published."""
        if order.own is None or order.dry:
            return
        name = order.campaign.name
        with contextlib.suppress(StoreUnavailable):
            noted = self._store.published.noted(name)
            if noted is None or noted["to"] != order.own:
                noted = _note(order.own)
            why = why.replace(str(self._store.path), "<store>")
            self._store.published.note(name, noted | {"error": why, "tried": _written(self._clock())})

    def _collage(self, order: Order) -> Collage:
        name = order.campaign.name
        found = self._face.newest.of(name) if order.collage is None else self._now(name, order.collage)
        if found is None:
            what = "no collage yet" if order.collage is None else f"no collage {order.collage} that can be shown"
            raise NotFound(f"{name} has {what}.")
        return found

    def _now(self, campaign: str, number: str) -> Collage | None:
        try:
            return self._face.newest.collage(campaign, number)
        except (NotFound, CollageUnsound):
            return None


class _Run:
    """One go at publishing a collage as it is at the moment."""

    def __init__(
        self, store: Store, walls: Walls, finished: Finished, order: Order, target: Target, cdn: Cdn | None
    ) -> None:
        self._store, self._walls, self._finished = store, walls, finished
        self._order, self._target, self._cdn = order, target, cdn
        self._wanted: dict[str, File] = {}
        self._held: dict[str, Held] = {}
        self._fresh: list[bytes] = []
        self._turn = threading.Lock()

    def go(
        self,
        collage: Collage,
        now: Callable[[str, str], Collage | None],
        clock: Callable[[], datetime],
        show: Callable[[int, int], None],
    ) -> Report | None:
        """None if photos have changed meanwhile; then no page was changed. `now`: a collage of a campaign today."""
        order, summary = self._order, collage.summary
        name = order.campaign.name
        self._report = Report(summary.id, collage.shown)
        self._made = read_made(self._store.published.made(name, order.place))
        pyramid = Pyramid(self._walls, self._walls.wall(name, summary.id))
        wanted_pictures = pictures(collage)
        self._look(name)
        # first of all, nobody who has withdrawn is shown any longer
        self._erase(collage, now, {*self._known_tiles(pyramid), *self._known_pictures(wanted_pictures)})
        with ThreadPoolExecutor(limits.SENT_AT_ONCE, thread_name_prefix="publish") as workers:
            tiles = self._tiles(pyramid, workers, show)
            shown = self._pictures(collage, wanted_pictures, workers)
            static, bodies = self._pages(collage, pyramid, tiles, shown)
            for path, data in static.items():
                self._send(path, data)
        if not pyramid.is_current() or now(name, summary.id) != collage:
            for key in self._fresh:  # nobody knows which of them were made before the change
                self._made.drop(key)
            self._save()
            return None
        self._made.only([*(tile.key for tile in pyramid.tiles), *(one.key for one in wanted_pictures)])
        rest = self._finish(bodies, clock)
        if order.own is not None and not order.dry:
            at = _written(clock())
            there = {"at": at, "tried": at, "collage": summary.id, "state": state(collage), "rest": rest}
            sizes = {key: getattr(self._report, key) for key in ("files", "bytes", "people")}
            self._store.published.note(name, _note(order.own) | there | sizes)
        return self._report

    def _look(self, campaign: str) -> None:
        """Lists what is there. Raises SettingError if it was not published from this campaign."""
        self._held = dict(self._target.files([*names.PAGES, names.MARKER]))
        marker = an_object(self._target.read(names.MARKER) or b"") if names.MARKER in self._held else None
        if marker is None:
            foreign = names.foreign(self._held)
            if foreign:
                raise SettingError(
                    f"{self._target.name} has a file {foreign[0]} that was not published by Collagen; choose another"
                    " place, or remove it."
                )
            data = json.dumps({"campaign": campaign}).encode("utf-8") + b"\n"
            if not self._order.dry:
                self._put(names.MARKER, data, sha256(data).hexdigest())
        elif marker.get("campaign") != campaign:
            raise SettingError(f"{self._target.name} is the place of another campaign; each needs its own.")

    def _erase(self, collage: Collage, now: Callable[[str, str], Collage | None], current: Collection[str]) -> None:
        """Removes what may show somebody who has withdrawn, and notes that there will be pictures of this collage."""
        there, to_be = self._made.there, _shown(collage)
        today = {one.collage: now(self._order.campaign.name, one.collage) for one in there or ()}
        gone = erasures(self._held, current)
        erasing = bool(gone) and erases(there, {number: _shown(one) for number, one in today.items() if one})
        if erasing:
            self._report.erased = gone
            if not self._order.dry:
                self._target.delete(gone)
            for path in gone:
                del self._held[path]
            self._forget(gone)
        if not self._order.dry and (erasing or not gone or to_be not in (there or ())):
            self._made.there = (to_be,) if erasing or not gone else (*(there or ()), to_be)
            self._save()

    def _known_tiles(self, pyramid: Pyramid) -> list[str]:
        known = ((tile, self._made.known(tile.key)) for tile in pyramid.tiles)
        return [names.named(tile.stem, "jpg", file.sha256) for tile, file in known if file]

    def _known_pictures(self, wanted: Sequence[Wished]) -> list[str]:
        known = ((one, self._made.known(one.key)) for one in wanted)
        return [names.named(one.stem, one.ending, file.sha256) for one, file in known if file]

    def _tiles(
        self, pyramid: Pyramid, workers: ThreadPoolExecutor, show: Callable[[int, int], None]
    ) -> Mapping[Tile, File]:
        """Makes and sends the tiles that are not there; returns all of them."""
        missing = [tile for tile in pyramid.tiles if not self._is_there(tile)]
        self._fresh = [tile.key for tile in missing]

        def take(tile: Tile, data: bytes) -> None:
            file = self._send(lambda digest: names.named(tile.stem, "jpg", digest), data)
            self._made.keep(tile.key, file)

        saved = 0
        try:
            for done in pyramid.draw(missing, workers, take):
                show(done, len(missing))
                if done - saved >= SAVED:
                    saved = done
                    self._save()
        finally:
            self._save()
        found = {tile: self._made.files[tile.key.hex()] for tile in pyramid.tiles}
        for tile, file in found.items():
            self._wanted[names.named(tile.stem, "jpg", file.sha256)] = file
        return found

    def _is_there(self, tile: Tile) -> bool:
        file = self._made.known(tile.key)
        if file is None:
            return False
        path = names.named(tile.stem, "jpg", file.sha256)
        there = is_there(path, file, self._held)
        if self._order.dry and not there:  # its size is known, so it need not be made
            self._count(path, file)
        return there or self._order.dry

    def _pictures(self, collage: Collage, wanted: Sequence[Wished], workers: ThreadPoolExecutor) -> list[Picture]:
        summary = collage.summary
        usual: list[bytes] = []

        def make(one: Wished) -> Picture:
            file = self._made.known(one.key)
            path = "" if file is None else names.named(one.stem, one.ending, file.sha256)
            if file is None or not is_there(path, file, self._held):
                data = drawn(one, usual[0])
                file = self._send(lambda digest: names.named(one.stem, one.ending, digest), data)
                path = names.named(one.stem, one.ending, file.sha256)
                self._made.keep(one.key, file)
            self._wanted[path] = file
            return Picture(path, one.ending, one.width, one.height, file.size)

        usual.append(self._finished.derivative(summary.campaign, summary.id, collage.picture.name))
        return list(workers.map(make, wanted))

    def _pages(
        self, collage: Collage, pyramid: Pyramid, tiles: Mapping[Tile, File], shown: Sequence[Picture]
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """What the pages load besides pictures, and the pages."""
        order, grid = self._order, pyramid.wall.grid
        levels: dict[int, list[str]] = {}
        for tile, file in tiles.items():
            levels.setdefault(tile.place[0], []).append(file.sha256[: names.DIGITS])
        named, script = tile_names({level: (grid.tiles(level)[0], found) for level, found in levels.items()})
        loaded = assets(order.campaign)
        content = Content(
            order.campaign,
            collage.summary.id,
            datetime.fromisoformat(collage.summary.created_at),
            collage.shown,
            shown,
            widths(collage),
            Stage(
                revision=collage.summary.revision,
                cols=grid.cols,
                rows=grid.rows,
                size=grid.extent(pyramid.highest),
                lowest=grid.lowest,
                highest=pyramid.highest,
                cell=pyramid.cell,
                tile=TILE,
            ),
            named,
            order.site,
            order.join,
        )
        bodies = pages(content, {purpose: path for purpose, (path, _) in loaded.items()})
        static = dict(loaded.values()) | {named: script}
        for path, data in (static | bodies).items():
            self._wanted[path] = File(len(data), sha256(data).hexdigest())
        return static, bodies

    def _finish(self, bodies: Mapping[str, bytes], clock: Callable[[], datetime]) -> bool:
        """The pages, the index last; then what is gone, and what the CDN has to forget.

        Returns whether files of former pages stay for now.
        """
        at = int(clock().timestamp())
        changed = any(not is_there(path, self._wanted[path], self._held) for path in names.PAGES)
        named = [path for path in self._wanted if names.is_fixed(path)]
        if changed:
            self._made.now_named(named, at)
        former = still_open(self._made.former, self._made.changed, at)
        todo = plan(self._wanted, self._held, former)
        for path in todo.uploads:
            self._send(path, bodies[path])
        if not self._order.dry:
            self._target.delete(todo.deletions)
        self._report.removed = list(todo.deletions)
        self._forget([*(path for path in todo.uploads if path in names.PAGES), *todo.deletions])
        if not self._order.dry and not any(map(names.shows_faces, former)):
            self._made.there = self._made.there and self._made.there[-1:]
        self._report.files, self._report.bytes = len(self._wanted), sum(file.size for file in self._wanted.values())
        self._save()
        return any(path in self._held and path not in self._wanted for path in former)

    def _send(self, path: str | Callable[[str], str], data: bytes) -> File:
        """Puts a file where it is not there yet. `path`: may depend on the SHA-256 of the bytes."""
        file = File(len(data), sha256(data).hexdigest())
        place = path if isinstance(path, str) else path(file.sha256)
        if not is_there(place, file, self._held):
            if not self._order.dry:
                self._put(place, data, file.sha256)
            self._count(place, file)
        return file

    def _count(self, path: str, file: File) -> None:
        with self._turn:
            self._held[path] = Held(file.size, file.sha256)
            self._report.sent.append(path)
            self._report.sent_bytes += file.size

    def _put(self, path: str, data: bytes, digest: str) -> None:
        self._target.put(Upload(path, data, names.content_type(path), names.cache_control(path), digest))

    def _forget(self, paths: Collection[str]) -> None:
        """Makes the CDN forget these files."""
        found = addresses(paths)
        if found and self._cdn is not None:
            self._report.invalidated += found
            if not self._order.dry:
                invalidation = self._cdn.invalidate(found)
                if self._order.wait:
                    self._cdn.wait(invalidation)

    def _save(self) -> None:
        self._store.published.keep_made(self._order.campaign.name, self._order.place, self._made.as_json())


def _note(to: str) -> dict[str, Any]:
    """What is noted of a place where nothing is published yet."""
    return {"to": to, "collage": "", "state": "", "error": "", "files": 0, "bytes": 0, "people": 0, "rest": False}


def _written(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _shown(collage: Collage) -> Shown:
    return Shown(collage.summary.id, state(collage))
