"""The picture: bands of cells, rendered apart from each other on all cores, joined as they come.

The canvas never stands in memory as a whole: what does is a strip of it, compressed strips, and the rows of the
derivatives, which are narrow.
"""

import contextlib
import ctypes
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import active_children, get_context
from typing import Any

import numpy as np

from app.adapters import imaging
from app.adapters.imaging.rendering import png, reductions, strips
from app.adapters.imaging.rendering.coding import Coding, Colour, fill
from app.adapters.store import Store
from app.services.collage.bands import Band, bands
from app.services.collage.cells.cells import Rows, cells
from app.services.collage.cells.sources import InLook
from app.services.collage.layout import Layout
from app.services.collage.mosaic.tint import Tint

WIDEST = (
    2**13
)  # columns of the canvas that are mounted at once; ImageMagick's policy allows 64,000, two cells of a print
PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
Progress = Callable[[float], None]  # how much is done, 0 to 1


@dataclass(frozen=True)
class Scene:
    """What is rendered: these people (public IDs, row by row from the upper left) in this grid.

    `width`: that of the largest derivative, for which rows are made narrower on the way; `coding`: what becomes of rows
    on their way to the master; `background`: of what is padding, which derivatives leave out if there is none; `look`:
    what is shown instead of the photos; `tint`: cells are blended with it.
    """

    store: Store
    campaign: str
    seated: Sequence[str]
    layout: Layout
    width: int
    coding: Coding[Any] = field(default=Coding(png.compress, 4))
    background: Colour | None = None
    look: InLook | None = None
    tint: Tint | None = None


@dataclass(frozen=True)
class Rendered:
    """A band: its coded strips, and the rows that cells cover, narrower (8-bit RGB). Or who could not be read."""

    strips: list[Any] = field(default_factory=list)
    narrow: list[bytes] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Unreadable(Exception):
    """Photos (public IDs) that cannot be read: others have to take their places."""

    def __init__(self, public_ids: Sequence[str]) -> None:
        super().__init__(f"{len(public_ids)} photos cannot be read")
        self.public_ids = list(public_ids)


def rendered(scene: Scene, progress: Progress, processes: int = 1) -> Generator[Rendered, None, None]:
    """The bands of a scene, from the top down. Raises Unreadable once all have been tried, StoreUnavailable."""
    every = bands(scene.layout)
    unreadable: list[str] = []
    with _pool(scene, min(processes, len(every))) as submit:
        for done, band in enumerate(_ahead(submit, every, processes + 1), start=1):
            unreadable += band.unreadable
            if not unreadable:
                yield band
            progress(done / len(every))
    if unreadable:
        raise Unreadable(unreadable)


@contextlib.contextmanager
def _pool(scene: Scene, processes: int) -> Iterator[Callable[[Band], Callable[[], Rendered]]]:
    """Something that begins a band and returns how to get it: in this process, or in several.

    Processes, because small cells keep Python's lock most of the time.
    """
    if processes < 2:
        yield lambda band: partial(render, scene, band)
        return
    try:
        with ProcessPoolExecutor(processes, get_context("fork"), _begin, (scene, os.getpid())) as pool:
            yield lambda band: pool.submit(_render, band).result
    finally:
        # where there is no memory for the pool's own thread, it leaves the processes that it has started waiting
        for process in active_children():
            process.kill()


_scene: Scene


def _begin(scene: Scene, parent: int) -> None:
    """In a rendering process: it ends with the process that started it, also if that one is killed."""
    global _scene
    _scene = scene
    ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before this one asked to be told, and the campaign's lock is still held
        os._exit(1)


def _render(band: Band) -> Rendered:
    return render(_scene, band)


def _ahead(submit: Callable[[Band], Callable[[], Rendered]], every: Sequence[Band], count: int) -> Iterator[Rendered]:
    """The bands in their order, so many of them begun ahead: there are never more in memory."""
    rest = iter(every)
    begun = deque(submit(band) for band in islice(rest, count))
    while begun:
        yield begun.popleft()()
        begun.extend(submit(band) for band in islice(rest, 1))


def render(scene: Scene, band: Band) -> Rendered:
    """Renders one band. Raises StoreUnavailable if the store is gone."""
    layout = scene.layout
    public_ids = scene.seated[band.first * layout.cols : band.last * layout.cols]
    size, part = (layout.horizontal.cell, layout.vertical.cell), band.part(layout)
    found: list[Rows | None] = []
    if part[0] < part[1]:  # or it is nothing but padding
        found = list(cells(scene.store, scene.campaign, public_ids, size, part, scene.look))
        if size > imaging.INTERMEDIATE:  # decoding archives leaves much memory that is free, but still this process's
            ctypes.CDLL(None).malloc_trim(0)
    readable = [one for one in found if one is not None]
    if len(readable) < len(found):
        return Rendered(unreadable=[name for name, one in zip(public_ids, found, strict=True) if one is None])
    if scene.tint is not None:
        first = band.first * layout.cols
        readable = [
            scene.tint.blended(one, divmod(first + number, layout.cols), size[1], part[0])
            for number, one in enumerate(readable)
        ]
    result = Rendered()

    def strips() -> Iterator[Rows]:
        for top, bottom in band.strips():
            rows = strip_of(layout, band, readable, top, bottom)
            box = _covered(layout, top, bottom)
            if scene.background is not None:
                fill(rows, scene.background)
                box = 0, 0, layout.horizontal.canvas, bottom - top
            if box[1] < box[3]:
                result.narrow.append(reductions.narrow(rows, box, scene.width))
            yield rows

    result.strips.extend(scene.coding.of_band(strips(), band.top))
    return result


def strip_of(layout: Layout, band: Band, pixels: Sequence[Rows], top: int, bottom: int, widest: int = WIDEST) -> Rows:
    """The canvas' rows `top` to `bottom` as RGBA. `pixels`: the band's part of each of its cells."""
    begin, end = band.part(layout)
    start = layout.vertical.start + band.first * layout.vertical.cell + begin  # where that is on the canvas
    stop = start + (band.last - band.first - 1) * layout.vertical.cell + end - begin
    first, last = max(top, start), min(bottom, stop)
    width = layout.horizontal.canvas
    if first >= last:  # nothing but padding
        return np.zeros((bottom - top, width, 4), np.uint8)
    if band.last - band.first == 1:
        pixels = [one[first - start : last - start] for one in pixels]
    else:
        first = start
    pieces = [
        _piece(layout, pixels, (left, min(left + widest, width)), (top - first, bottom - first))
        for left in range(0, width, widest)
    ]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)


def _piece(layout: Layout, pixels: Sequence[Rows], columns: tuple[int, int], rows: tuple[int, int]) -> Rows:
    """Some columns of the canvas in a strip, as RGBA; `rows` count from the first row of the cells."""
    axis, (left, right), (top, bottom) = layout.horizontal, columns, rows
    first = max(0, (left - axis.start) // axis.cell)
    last = min(axis.cells, -(-(right - axis.start) // axis.cell))
    if first >= last:
        return np.zeros((bottom - top, right - left, 4), np.uint8)
    seen = [one for row in range(0, len(pixels), axis.cells) for one in pixels[row + first : row + last]]
    image = strips.mount(seen, last - first)
    try:
        return strips.fit(image, (left - axis.start - first * axis.cell, top, right - left, bottom - top))
    finally:
        image.destroy()


def _covered(layout: Layout, top: int, bottom: int) -> tuple[int, int, int, int]:
    """The part of the canvas' rows `top` to `bottom` that cells cover: left, top, right and bottom in the strip."""
    left, upper, width, height = layout.box
    return left, max(0, upper - top), left + width, min(bottom, upper + height) - top


def strips_of(parts: Iterator[Rendered], smaller: reductions.Reductions) -> Iterator[Any]:
    """All coded strips, in order; `smaller` gets the narrow rows meanwhile."""
    for band in parts:
        for rows in band.narrow:
            smaller.add(rows)
        yield from band.strips
