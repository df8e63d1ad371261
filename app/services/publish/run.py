"""One go at publishing a collage as it is at the moment: erasures first, then files, pages, and what is gone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.adapters.store import Store
from app.adapters.targets import Target
from app.core import limits
from app.core.config import Campaign
from app.services.face.newest import Collage
from app.services.publish import names
from app.services.publish.made import read_made
from app.services.publish.making import Making
from app.services.publish.pictures import pictures, state, widths
from app.services.publish.plan import File, Shown, erases, erasures, plan, still_open
from app.services.publish.pyramid import Pyramid, Tile
from app.services.publish.sending import Cdn, Report, Sending
from app.services.publish.site.content import Content, Picture, Stage
from app.services.publish.site.pages import assets, pages, tile_names
from app.services.wall.finished import Finished
from app.services.wall.geometry import TILE
from app.services.wall.wall import Walls


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


class Run:
    """One go at publishing a collage as it is at the moment."""

    def __init__(
        self, store: Store, walls: Walls, finished: Finished, order: Order, target: Target, cdn: Cdn | None
    ) -> None:
        self._store, self._walls, self._finished = store, walls, finished
        self._order, self._target, self._cdn = order, target, cdn
        self._wanted: dict[str, File] = {}

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
        self._sending = Sending(
            self._target, self._cdn, self._made, self._save, self._report, wait=order.wait, dry=order.dry
        )
        making = Making(self._made, self._sending, self._wanted, self._save, dry=order.dry)
        self._sending.look(name)
        # first of all, nobody who has withdrawn is shown any longer
        self._erase(collage, now, making.known(pyramid, wanted_pictures))
        with ThreadPoolExecutor(limits.SENT_AT_ONCE, thread_name_prefix="publish") as workers:
            tiles = making.tiles(pyramid, workers, show)
            usual = self._finished.derivative(name, summary.id, collage.picture.name)
            shown = making.pictures(wanted_pictures, usual, workers)
            static, bodies = self._pages(collage, pyramid, tiles, shown)
            for path, data in static.items():
                self._sending.send(path, data)
        if not pyramid.is_current() or now(name, summary.id) != collage:
            for key in making.fresh:  # nobody knows which of them were made before the change
                self._made.drop(key)
            self._save()
            return None
        self._made.only([*(tile.key for tile in pyramid.tiles), *(one.key for one in wanted_pictures)])
        rest = self._finish(bodies, clock)
        if order.own is not None and not order.dry:
            at = written(clock())
            there = {"at": at, "tried": at, "collage": summary.id, "state": state(collage), "rest": rest}
            sizes = {key: getattr(self._report, key) for key in ("files", "bytes", "people")}
            self._store.published.note(name, note(order.own) | there | sizes)
        return self._report

    def _erase(self, collage: Collage, now: Callable[[str, str], Collage | None], current: Collection[str]) -> None:
        """Removes what may show somebody who has withdrawn, and notes that there will be pictures of this collage."""
        there, to_be = self._made.there, _shown(collage)
        today = {one.collage: now(self._order.campaign.name, one.collage) for one in there or ()}
        gone = erasures(self._sending.held, current)
        erasing = bool(gone) and erases(there, {number: _shown(one) for number, one in today.items() if one})
        self._sending.erase(gone if erasing else [])
        if not self._order.dry and (erasing or not gone or to_be not in (there or ())):
            self._made.there = (to_be,) if erasing or not gone else (*(there or ()), to_be)
            self._save()

    def _pages(
        self, collage: Collage, pyramid: Pyramid, tiles: Mapping[Tile, File], shown: Sequence[Picture]
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """What the pages load besides pictures, and the pages."""
        order, grid = self._order, pyramid.wall.grid
        levels: dict[int, list[str]] = {}
        for tile, file in tiles.items():
            levels.setdefault(tile.place[0], []).append(file.sha256[: names.DIGITS])
        named, script = tile_names({level: (grid.tiles(level)[0], found) for level, found in levels.items()})
        loaded = assets(order.campaign, order.site)
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
        changed = any(not self._sending.is_there(path, self._wanted[path]) for path in names.PAGES)
        named = [path for path in self._wanted if names.is_fixed(path)]
        if changed:
            self._made.now_named(named, at)
        former = still_open(self._made.former, self._made.changed, at)
        todo = plan(self._wanted, self._sending.held, former)
        self._sending.replace(bodies, todo.uploads, todo.deletions)
        if not self._order.dry and not any(map(names.shows_faces, former)):
            self._made.there = self._made.there and self._made.there[-1:]
        self._report.files, self._report.bytes = len(self._wanted), sum(file.size for file in self._wanted.values())
        self._save()
        return any(path in self._sending.held and path not in self._wanted for path in former)

    def _save(self) -> None:
        self._store.published.keep_made(self._order.campaign.name, self._order.place, self._made.as_json())


def _shown(collage: Collage) -> Shown:
    return Shown(collage.summary.id, state(collage))


def note(to: str) -> dict[str, Any]:
    """What is noted of a place where nothing is published yet."""
    return {"to": to, "collage": "", "state": "", "error": "", "files": 0, "bytes": 0, "people": 0, "rest": False}


def written(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"
