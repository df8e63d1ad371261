"""The walls of a store: their people, whose photos are still held, and the pictures of them.

A person who is forgotten or no longer approved disappears from every picture at once, even from cached ones: a
picture's key is made from the archives of everyone on it, which are checked every time.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.adapters.store import Store
from app.adapters.store.stamped import Stamp, Stamped
from app.core.errors import NotFound
from app.services.collage.cells.sources import WHITE, InLook
from app.services.collage.finish import of_collage
from app.services.wall import geometry
from app.services.wall.cache import Cache
from app.services.wall.geometry import Box, Grid, Piece
from app.services.wall.tile import FRAME, Painter, Shown

MADE = "2"  # increase it with any change to the pixels, so that older pictures are no longer found
KNOWN = 16  # walls whose manifests are kept in memory
WHOLE = 2048  # pixels, the longest side of the wall in one picture
READERS = 16
PART = 32  # archives that a thread checks per task


@dataclass(frozen=True)
class Shape:
    """A picture of a person's place in the wall: its width × height, and the minimum width × height of a cell in it."""

    size: tuple[int, int]
    cell: tuple[int, int]


SHAPES = {"square": Shape((1080, 1080), (360, 480)), "story": Shape((1080, 1920), (432, 576))}


@dataclass(frozen=True)
class Wall:
    """A collage's newest revision as a wall. `seats`: public IDs by column and row. `look`: the collage's, if any."""

    campaign: str
    collage: str
    revision: int
    grid: Grid
    seats: Mapping[tuple[int, int], str]
    left_out: frozenset[str]
    look: InLook | None = None

    def seat(self, public_id: str) -> tuple[int, int] | None:
        """The column and row of a photo, from 0; None if it is not on the wall."""
        return next((place for place, seated in self.seats.items() if seated == public_id), None)


@dataclass(frozen=True)
class Sheet:
    """A picture, made or not. `key` identifies everything it is made from; `own` is highlighted."""

    campaign: str
    name: str
    key: bytes
    size: tuple[int, int]
    shown: list[Shown]
    own: Piece | None = None
    look: InLook | None = None


class Walls:
    """Creating one touches nothing on disk."""

    def __init__(self, store: Store, cache: Cache) -> None:
        self._store = store
        self._cache = cache
        self._painter = Painter(store)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="wall-reader")
        self._known: Stamped[tuple[str, str], Wall] = Stamped(KNOWN)

    def wall(self, campaign: str, collage: str) -> Wall:
        """Raises NotFound if there is no such collage (yet), CollageUnsound, StoreUnavailable.

        Waits while a revision is replacing the collage.
        """
        if not (collage.isascii() and collage.isdigit()):
            raise NotFound(f"The campaign {campaign} has no collage {collage[:20]!r}.")
        wall = self._store.collages.wait_for_swap(campaign, collage, lambda: self._look(campaign, collage))
        if wall is None:
            raise NotFound(f"The campaign {campaign} has no collage {collage}.")
        return wall

    def _look(self, campaign: str, collage: str) -> Wall | None:
        stamp = self._store.collages.stamp(campaign, collage)
        if stamp is None:
            return None
        try:
            return self._known.get((campaign, collage), stamp, lambda: self._read(campaign, collage))
        except NotFound:  # gone since
            return None

    def _read(self, campaign: str, collage: str) -> Wall:
        manifest = self._store.collages.manifest(campaign, collage)
        return Wall(
            campaign,
            collage,
            manifest.revision,
            Grid(manifest.layout.cols, manifest.layout.rows),
            {(tile.col, tile.row): tile.public_id for tile in manifest.tiles},
            frozenset((*manifest.left_out, *manifest.unreadable)),
            InLook(manifest.look, of_collage(manifest).colour or WHITE) if manifest.look else None,
        )

    def held(self, wall: Wall) -> set[str]:
        """The public IDs of the people on a wall whose photo is still held. Raises StoreUnavailable."""
        return {photo.public_id for photo in self._store.photos.all(wall.campaign)} & set(wall.seats.values())

    def tile(self, wall: Wall, level: int, x: int, y: int) -> Sheet:
        """Raises NotFound if the wall has no such tile, StoreUnavailable."""
        box = wall.grid.tile(level, x, y)
        if box is None:
            raise NotFound("The wall has no such part.")
        pieces = wall.grid.pieces(level, box)
        return self._sheet(wall, f"{level}/{x}_{y}", (box.width, box.height), pieces)

    def whole(self, wall: Wall) -> Sheet:
        """The whole wall in one picture of at most 2048 pixels. Raises StoreUnavailable."""
        level = next(level for level in range(wall.grid.highest, -1, -1) if max(wall.grid.extent(level)) <= WHOLE)
        size = wall.grid.extent(level)
        return self._sheet(wall, f"whole/{level}", size, wall.grid.pieces(level, Box(0, 0, *size)))

    def part(self, wall: Wall, level: int, box: Box) -> Sheet:
        """A part of a level of any size: the pixels of its tiles, side by side. Raises StoreUnavailable."""
        name = f"{level}/{box.left}+{box.top}"
        return self._sheet(wall, name, (box.width, box.height), wall.grid.pieces(level, box))

    def place(self, wall: Wall, public_id: str, shape: str) -> Sheet:
        """A picture of a person's place in the wall, to share: `square` or `story`.

        Raises NotFound if the person is not on the wall or their photo no longer held, StoreUnavailable.
        """
        seat = wall.seat(public_id)
        if seat is None or shape not in SHAPES:
            raise NotFound("There is no such picture.")
        size, least = SHAPES[shape].size, SHAPES[shape].cell
        pieces = list(geometry.around(wall.grid, *seat, geometry.portrait(wall.grid, least, size, FRAME), size, FRAME))
        own = next(piece for piece in pieces if (piece.col, piece.row) == seat)
        sheet = self._sheet(wall, f"{shape}/{seat[0]}_{seat[1]}", size, pieces, own)
        if (own, public_id) not in sheet.shown:
            raise NotFound("There is no such picture any more.")
        return sheet

    def jpeg(self, sheet: Sheet) -> bytes:
        """The picture, from the cache or made now. Raises StoreUnavailable."""
        picture = self._cache.get(sheet.name, sheet.key)
        if picture is None:
            if sheet.own is not None:
                picture = self._painter.place(sheet.campaign, *sheet.size, sheet.shown, sheet.own, sheet.look)
            else:
                picture = self._painter.jpeg(sheet.campaign, *sheet.size, sheet.shown, sheet.look)
            self._cache.put(sheet.name, sheet.key, picture)
        return picture

    def rows(self, sheet: Sheet) -> bytearray:
        """The picture as rows of 8-bit RGB, made now and not kept. Raises StoreUnavailable."""
        return self._painter.rows(sheet.campaign, *sheet.size, sheet.shown, sheet.look)

    def _sheet(
        self, wall: Wall, name: str, size: tuple[int, int], pieces: Iterable[Piece], own: Piece | None = None
    ) -> Sheet:
        digest = hashlib.sha256(f"{MADE} {wall.grid} {size} {own}{wall.look or ''}".encode())
        seats = [(piece, wall.seats.get((piece.col, piece.row))) for piece in pieces]
        stamps = self._stamps(wall, [public_id for _, public_id in seats])
        shown: list[Shown] = []
        for (piece, public_id), stamp in zip(seats, stamps, strict=True):
            shown.append((piece, public_id if stamp else None))
            digest.update(f"{public_id!r} {stamp}\n".encode("utf-8", "backslashreplace"))
        name = f"{wall.campaign}/{wall.collage}-{wall.revision}/{name}"
        return Sheet(wall.campaign, name, digest.digest(), size, shown, own, wall.look)

    def _stamps(self, wall: Wall, public_ids: list[str | None]) -> list[Stamp | None]:
        """The stamp of each, None also where there is no result of the wall's look.

        Many are read in parallel: on a network file system each is a round trip.
        """
        parts = [public_ids[at : at + PART] for at in range(0, len(public_ids), PART)]

        def look(part: list[str | None]) -> list[Stamp | None]:
            found = self._store.photos.archive_stamps(wall.campaign, part)
            if wall.look is None:
                return found
            made = self._store.looks.stamps(wall.campaign, wall.look.name, part)
            return [one + other if one and other else None for one, other in zip(found, made, strict=True)]

        found = map(look, parts) if len(parts) < 2 else self._readers.map(look, parts)
        return [stamp for part in found for stamp in part]
