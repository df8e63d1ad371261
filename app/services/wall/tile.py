"""Draws tiles: each cell is made from the smallest sufficient file of its photo, then cells are joined.

A cell is always made whole and then cut, so that it has the same pixels in every tile that shows a part of it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from app.adapters.imaging import tiles
from app.adapters.store import Store
from app.core.errors import PictureError, StoreUnavailable
from app.services.collage.cells.sources import InLook, sources
from app.services.wall.geometry import Box, Piece

BACKGROUND = (17, 17, 17)  # where nobody is: the page's own, around the wall
WORKERS = min(4, os.cpu_count() or 1)  # also the most archives decoded at once: 33 MB each
PART = 32  # cells handed from one thread to another at once, at most: each handover costs as much as a small cell
DIMMED = bytes(round(17 + 0.65 * (value - 17)) if value > 17 else value for value in range(256))
RING, GAP = 8, 4  # pixels, around a highlighted face
FRAME = RING + GAP

Shown = tuple[Piece, str | None]  # None: a person whose photo is no longer held


class Painter:
    """Makes pictures of a store's photos; all threads share its few workers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="wall")

    def rows(
        self, campaign: str, width: int, height: int, shown: Sequence[Shown], look: InLook | None = None
    ) -> bytearray:
        """A picture as rows of 8-bit RGB: the pieces, and the background where there is none or a photo is unreadable.

        `look`: shows its results instead of photos. Raises StoreUnavailable.
        """
        rows = bytearray(bytes(BACKGROUND) * (width * height))
        seen = [(piece, public_id) for piece, public_id in shown if public_id is not None]
        step = max(1, min(PART, len(seen) // (4 * WORKERS)))

        def lay_all(part: Sequence[tuple[Piece, str]]) -> None:
            for piece, public_id in part:
                cell = _cell(self._store, campaign, public_id, piece.size, look)
                if cell is not None:
                    _lay(rows, width, cell, piece)

        # each writes its own pixels, and no bytearray of one size ever moves
        for _ in self._workers.map(lay_all, [seen[at : at + step] for at in range(0, len(seen), step)]):
            pass
        return rows

    def jpeg(self, campaign: str, width: int, height: int, shown: Sequence[Shown], look: InLook | None = None) -> bytes:
        """A tile. Raises StoreUnavailable."""
        return tiles.tile(width, height, bytes(self.rows(campaign, width, height, shown, look)))

    def place(
        self, campaign: str, width: int, height: int, shown: Sequence[Shown], own: Piece, look: InLook | None = None
    ) -> bytes:
        """A picture that highlights one face: the others dimmed, a white line around it."""
        others = [one for one in shown if one[0] != own]
        rows = self.rows(campaign, width, height, others, look).translate(DIMMED)
        box = Box(own.left, own.top, own.source.width, own.source.height)
        for margin, colour in ((FRAME, b"\xff\xff\xff"), (GAP, bytes(BACKGROUND))):
            _fill(rows, width, height, box, margin, colour)
        face = bytes(self.rows(campaign, box.width, box.height, _alone(own, shown), look))
        whole = Box(0, 0, box.width, box.height)
        _lay(rows, width, face, Piece(own.col, own.row, (box.width, box.height), whole, box.left, box.top))
        return tiles.tile(width, height, bytes(rows))


def _alone(own: Piece, shown: Sequence[Shown]) -> list[Shown]:
    alone = Piece(own.col, own.row, own.size, own.source, 0, 0)
    return [(alone, public_id) for piece, public_id in shown if piece == own]


def _lay(rows: bytearray, width: int, cell: bytes, piece: Piece) -> None:
    source, view = piece.source, memoryview(cell)
    stride, length = 3 * piece.size[0], 3 * source.width
    for line in range(source.height):
        start = (source.top + line) * stride + 3 * source.left
        at = 3 * ((piece.top + line) * width + piece.left)
        rows[at : at + length] = view[start : start + length]


def _fill(rows: bytearray, width: int, height: int, box: Box, margin: int, colour: bytes) -> None:
    left, right = max(0, box.left - margin), min(width, box.left + box.width + margin)
    for line in range(max(0, box.top - margin), min(height, box.top + box.height + margin)):
        rows[3 * (line * width + left) : 3 * (line * width + right)] = colour * (right - left)


def _cell(store: Store, campaign: str, public_id: str, size: tuple[int, int], look: InLook | None) -> bytes | None:
    """A cell as rows of 8-bit RGB; None if no file can be read. Raises StoreUnavailable if the store failed.

    None also where the result of a look shows a former photo: only what the look made of today's is shown.
    """
    if look is not None and not _fits(store, campaign, public_id, look):
        return None
    failed: StoreUnavailable | None = None
    for read in sources(store, campaign, public_id, size, look):
        try:
            file = read()
            if file is not None:
                return tiles.pixels(*file, *size) if look is None else tiles.of_look(*file, *size, look.backdrop)
        except PictureError:
            continue  # the next file may be whole
        except StoreUnavailable as error:
            failed = error
    if failed is not None:
        raise failed
    return None


def _fits(store: Store, campaign: str, public_id: str, look: InLook) -> bool:
    made_of = store.looks.number(campaign, look.name, public_id)
    return made_of is not None and made_of == store.photos.version(campaign, public_id)
