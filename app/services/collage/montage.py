"""The picture: bands of cells, rendered apart from each other on all cores, joined as they come.

The canvas never stands in memory as a whole: what does is a strip of it, compressed strips, and the rows of the
derivatives, which are narrow.
"""

import contextlib
import ctypes
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adapters import imaging
from app.adapters.imaging.cells import cell
from app.adapters.imaging.rendering import png, reductions, strips
from app.adapters.imaging.rendering.coding import Coding, Colour, flattened
from app.adapters.store import Store
from app.core.errors import PictureError, StoreUnavailable
from app.services.collage.bands import Band, bands
from app.services.collage.layout import Layout

READERS = 8  # threads of a band: on a network file system most of the time of a small file is waiting
DECODING = threading.BoundedSemaphore(2)  # decoded archives take 9 MB each
PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
Progress = Callable[[float], None]  # how much is done, 0 to 1
Rows = NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """What is rendered: these people (public IDs, row by row from the upper left) in this grid.

    `widths`: those of the derivatives, for which rows are made narrower on the way; `coding`: what becomes of rows on
    their way to the master; `background`: of what is padding, in the derivatives too, which leave it out without one.
    """

    store: Store
    campaign: str
    seated: Sequence[str]
    layout: Layout
    widths: Sequence[int]
    coding: Coding[Any] = field(default=Coding(png.compress, 4))
    background: Colour | None = None


@dataclass(frozen=True)
class Rendered:
    """A band: its coded strips, and for each width the rows that cells cover (8-bit RGB). Or who could not be read."""

    strips: list[Any] = field(default_factory=list)
    narrow: list[bytes] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Unreadable(Exception):
    """Photos (public IDs) that cannot be read: others have to take their places."""

    def __init__(self, public_ids: Sequence[str]) -> None:
        super().__init__(f"{len(public_ids)} photos cannot be read")
        self.public_ids = list(public_ids)


def rendered(scene: Scene, progress: Progress, processes: int = 1) -> Iterator[Rendered]:
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
    with ProcessPoolExecutor(processes, get_context("fork"), _begin, (scene, os.getpid())) as pool:
        yield lambda band: pool.submit(_render, band).result


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
    with ThreadPoolExecutor(READERS) as readers:
        cells = list(readers.map(partial(cell_of, scene), public_ids))
    if None in cells:
        return Rendered(unreadable=[name for name, made in zip(public_ids, cells, strict=True) if made is None])
    shape = (layout.vertical.cell, layout.horizontal.cell, 3)
    pixels = [np.frombuffer(made, np.uint8).reshape(shape) for made in cells if made is not None]
    del cells
    found = Rendered(narrow=[b""] * len(scene.widths))

    def strips() -> Iterator[Rows]:
        for top, bottom in band.strips():
            rows = strip_of(layout, band, pixels, top, bottom)
            if scene.background is None:
                covered = _covered(layout, rows, top)
            else:
                covered = rows = flattened(rows, scene.background)
            for number, width in enumerate(scene.widths):
                found.narrow[number] += reductions.narrow(covered, width) if covered.size else b""
            yield rows

    found.strips.extend(scene.coding.of_band(strips(), band.top))
    return found


def strip_of(layout: Layout, band: Band, cells: Sequence[Rows], top: int, bottom: int) -> Rows:
    """The canvas' rows `top` to `bottom` as RGBA."""
    start = layout.vertical.start + band.first * layout.vertical.cell  # where the band's cells begin on the canvas
    end = layout.vertical.start + band.last * layout.vertical.cell
    first, last = max(top, start), min(bottom, end)
    width = layout.horizontal.canvas
    if first >= last:  # nothing but padding
        return np.zeros((bottom - top, width, 4), np.uint8)
    if band.last - band.first == 1:
        cells = [one[first - start : last - start] for one in cells]
    else:
        first = start
    image = strips.mount(cells, layout.cols)
    try:
        return strips.fit(image, (-layout.horizontal.start, top - first, width, bottom - top))
    finally:
        image.destroy()


def _covered(layout: Layout, rows: Rows, top: int) -> Rows:
    """The part of a strip, whose first row is the canvas' row `top`, that cells cover, as RGB."""
    left, upper, width, height = layout.box
    first, last = max(0, upper - top), max(0, upper + height - top)
    return np.ascontiguousarray(rows[first:last, left : left + width, :3])


def cell_of(scene: Scene, public_id: str) -> bytes | None:
    """One cell (8-bit RGB), or None if the photo cannot be read.

    Made from the smallest copy inside the intermediate that is large enough, else from the intermediate if that is
    (never by enlarging one), else from the archive.
    """
    width, height = scene.layout.horizontal.cell, scene.layout.vertical.cell
    photos, campaign = scene.store.photos, scene.campaign
    sources: list[tuple[Callable[[], bytes | None], imaging.Format]] = [
        (lambda: photos.archive(campaign, public_id), "jpeg")
    ]
    if width <= imaging.INTERMEDIATE[0] and height <= imaging.INTERMEDIATE[1]:
        sources.insert(0, (lambda: photos.intermediate(campaign, public_id), "png"))
    if (reach := imaging.copies.reach(width, height)) is not None:
        sources.insert(0, (partial(_copy, scene, public_id, reach), "jpeg"))
    for read, kind in sources:
        # if this one fails, the next may still be whole
        with contextlib.suppress(PictureError, StoreUnavailable):
            picture = read()
            if picture is not None:
                with DECODING:
                    return cell(picture, kind, width, height)
    scene.store.root.require()  # one bad file is left out; a store that is gone looks empty, and ends the build
    return None


def _copy(scene: Scene, public_id: str, reach: int) -> bytes | None:
    size = (scene.layout.horizontal.cell, scene.layout.vertical.cell)
    beginning, length = scene.store.photos.intermediate_start(scene.campaign, public_id, reach)
    return imaging.copies.find(beginning, length, *size)


def strips_of(parts: Iterator[Rendered], narrow: Sequence[bytearray]) -> Iterator[Any]:
    """All coded strips, in order; the narrow rows of each width are collected in `narrow` meanwhile."""
    for band in parts:
        for rows, more in zip(narrow, band.narrow, strict=True):
            rows += more
        yield from band.strips
