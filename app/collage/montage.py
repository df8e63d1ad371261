"""The picture: a montage of the cells, then cut to the canvas.

First every cell is made, so that a photo that cannot be read is known before anything is placed; then rows of cells
are joined and put on the canvas, which keeps memory at one canvas and one row of ImageMagick's 16-bit pixels.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from app import imaging
from app.collage.layout import Layout
from app.errors import PictureError, StoreUnavailable
from app.store import Store

WORKERS = os.cpu_count() or 1
Progress = Callable[[float], None]  # how much is done, 0 to 1


def make_cells(
    store: Store, campaign: str, queue: Sequence[str], layout: Layout, progress: Progress
) -> tuple[dict[str, bytes], list[str]]:
    """The cells (8-bit RGB) of the first `layout.used` people of `queue` (public IDs) who can be read.

    Returns them by public ID, fewer where the queue ends, and who could not be read. Both cores decode:
    ImageMagick works outside of Python's lock.
    """
    cells: dict[str, bytes] = {}
    unreadable: list[str] = []
    waiting = list(queue)
    size = (layout.horizontal.cell, layout.vertical.cell)
    with ThreadPoolExecutor(WORKERS) as pool:
        while waiting and len(cells) < layout.used:
            missing = layout.used - len(cells)
            batch, waiting = waiting[:missing], waiting[missing:]
            for public_id, cell in zip(batch, pool.map(partial(_cell, store, campaign, size), batch), strict=True):
                if cell is None:
                    unreadable.append(public_id)
                else:
                    cells[public_id] = cell
                progress(len(cells) / layout.used)
    return cells, unreadable


def _cell(store: Store, campaign: str, size: tuple[int, int], public_id: str) -> bytes | None:
    """One cell, or None where the photo cannot be read.

    Made from the intermediate where that is large enough, never by enlarging one, else from the archive.
    """
    width, height = size
    try:
        if width <= imaging.INTERMEDIATE[0] and height <= imaging.INTERMEDIATE[1]:
            # where this one fails, the archive may still be whole
            with contextlib.suppress(PictureError, StoreUnavailable):
                intermediate = store.photos.intermediate(campaign, public_id)
                if intermediate is not None:
                    return imaging.cell(intermediate, "png", width, height)
        archive = store.photos.archive(campaign, public_id)
        if archive is not None:
            return imaging.cell(archive, "jpeg", width, height)
    except (PictureError, StoreUnavailable):
        pass
    store.root.require()  # one bad file is left out; a store that is gone looks empty, and ends the build
    return None


def render(layout: Layout, cells: Sequence[bytes], progress: Progress) -> imaging.Canvas:
    """The collage of `cells`, row by row from the upper left. The caller closes the canvas."""
    canvas = imaging.Canvas(layout.horizontal.canvas, layout.vertical.canvas)
    size = (layout.horizontal.cell, layout.vertical.cell)

    def join(row: int) -> imaging.Row:
        return imaging.Row(cells[row * layout.cols : (row + 1) * layout.cols], *size)

    with ThreadPoolExecutor(WORKERS) as pool:
        # a few rows ahead, so that there are never many of them in memory
        ahead = deque(pool.submit(join, row) for row in range(min(WORKERS + 1, layout.rows)))
        for row in range(layout.rows):
            joined = ahead.popleft().result()
            if row + WORKERS + 1 < layout.rows:
                ahead.append(pool.submit(join, row + WORKERS + 1))
            canvas.place(joined, layout.horizontal.start, layout.vertical.start + row * layout.vertical.cell)
            progress((row + 1) / layout.rows)
    return canvas
