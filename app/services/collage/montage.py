"""The picture: a montage of the cells, cut to the canvas.

All cells are made first, so that unreadable photos are known before anything is placed. Then they are mounted on a
canvas; there is never more than one canvas in memory.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from app.adapters import imaging
from app.adapters.store import Store
from app.core.errors import PictureError, StoreUnavailable
from app.services.collage.layout import Layout

WORKERS = min(4, os.cpu_count() or 1)  # more would only wait for the disk and take memory
PART = 32  # photos at most that go from one thread to another at once: each handover costs as much as a small photo
READERS = 16  # on a network file system, reading a small file is mostly waiting
Progress = Callable[[float], None]  # called with the part that is done, 0 to 1
Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, width, height
A = TypeVar("A")
B = TypeVar("B")


def make_cells(
    store: Store, campaign: str, queue: Sequence[str], layout: Layout, progress: Progress
) -> tuple[dict[str, bytes], list[str]]:
    """The cells (8-bit RGB) of the first `layout.used` photos of `queue` (public IDs) that can be read.

    Returns them by public ID (fewer if the queue ends), and the unreadable ones. Files are read ahead while all cores
    decode: ImageMagick runs outside Python's lock.
    """
    cells: dict[str, bytes] = {}
    unreadable: list[str] = []
    waiting = list(queue)
    size = (layout.horizontal.cell, layout.vertical.cell)
    with ThreadPoolExecutor(READERS) as readers, ThreadPoolExecutor(WORKERS) as decoders:

        def decode(public_id: str, copy: bytes | None) -> bytes | None:
            return _cell(store, campaign, size, public_id, copy)

        def begin(some: Sequence[str]) -> Future[list[bytes | None]]:
            files = readers.submit(lambda: [_copy(store, campaign, size, public_id) for public_id in some])
            return decoders.submit(lambda: list(map(decode, some, files.result())))

        while waiting and len(cells) < layout.used:
            missing = layout.used - len(cells)
            batch, waiting = waiting[:missing], waiting[missing:]
            step = max(1, min(PART, len(batch) // (4 * WORKERS)))
            parts = [batch[at : at + step] for at in range(0, len(batch), step)]
            for part, made in zip(parts, _ahead(begin, parts, READERS + WORKERS), strict=True):
                for public_id, cell in zip(part, made, strict=True):
                    if cell is None:
                        unreadable.append(public_id)
                    else:
                        cells[public_id] = cell
                progress(len(cells) / layout.used)
    return cells, unreadable


def _ahead(begin: Callable[[A], Future[B]], items: Iterable[A], count: int) -> Iterator[B]:
    """The results of `begin`, in order, with at most `count` begun ahead: there are never more in memory."""
    rest = iter(items)
    begun = deque(begin(item) for item in islice(rest, count))
    while begun:
        yield begun.popleft().result()
        begun.extend(begin(item) for item in islice(rest, 1))


def _copy(store: Store, campaign: str, size: Size, public_id: str) -> bytes | None:
    """The smallest copy (JPEG) inside the intermediate that is large enough for a cell, or None."""
    reach = imaging.copies.reach(*size)
    if reach is None:
        return None
    with contextlib.suppress(StoreUnavailable):  # it may be this file alone
        beginning, length = store.photos.intermediate_start(campaign, public_id, reach)
        return imaging.copies.find(beginning, length, *size)
    return None


def _cell(store: Store, campaign: str, size: Size, public_id: str, copy: bytes | None) -> bytes | None:
    """One cell, or None if the photo cannot be read.

    Made from the copy, else from the intermediate if it is large enough (it is never enlarged), else from the archive.
    """
    width, height = size
    sources: list[tuple[Callable[[], bytes | None], imaging.Format]] = [
        (lambda: store.photos.archive(campaign, public_id), "jpeg")
    ]
    if width <= imaging.INTERMEDIATE[0] and height <= imaging.INTERMEDIATE[1]:
        sources.insert(0, (lambda: store.photos.intermediate(campaign, public_id), "png"))
    if copy is not None:
        sources.insert(0, (lambda: copy, "jpeg"))
    for read, kind in sources:
        # if this one fails, the next may still be whole
        with contextlib.suppress(PictureError, StoreUnavailable):
            picture = read()
            if picture is not None:
                return imaging.cell(picture, kind, width, height)
    store.root.require()  # one bad file is left out; a missing store looks empty and must end the build
    return None


def render(layout: Layout, cells: Sequence[bytes], box: Box) -> imaging.Canvas:
    """The part `box` (left, top, width, height) of the canvas with the collage of `cells`, row by row from the upper
    left. The caller closes it."""
    left, top, width, height = box
    canvas = imaging.Canvas(width, height)
    size = (layout.horizontal.cell, layout.vertical.cell)
    canvas.mount(cells, layout.cols, size, layout.horizontal.start - left, layout.vertical.start - top)
    return canvas
