"""The cells of a band: read ahead, decoded as they are needed, resized."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.adapters.imaging.cells import decoded, of_look, resized
from app.adapters.store import Store
from app.core.ahead import ahead
from app.core.errors import PictureError, StoreUnavailable
from app.services.collage.cells.sources import File, InLook, Source, sources

READERS = 8  # threads that read ahead on a network file system, where most of the time of a file is waiting
TOGETHER = 4_000_000  # bytes of pixels that are resized in one call

Rows = NDArray[np.uint8]  # height × width × 3


def cells(
    store: Store,
    campaign: str,
    public_ids: Sequence[str],
    size: tuple[int, int],
    part: tuple[int, int] | None = None,
    look: InLook | None = None,
) -> Iterator[Rows | None]:
    """Each photo at `size` (width × height) as 8-bit RGB, or None if it cannot be read.

    `part`: only these of its rows, the last one excluded. `look`: shows its results instead. Files are read ahead, but
    decoded as they are needed: pixels take much more memory. Raises StoreUnavailable if the store is gone.
    """
    for group in _groups(_pixels(store, campaign, public_ids, size, look)):
        if group[0] is None:
            store.root.require()  # one bad file is left out; a store that is gone looks empty, and ends the build
            yield None
        else:
            yield from resized([one for one in group if one is not None], size, part)
        del group  # here and below: a picture is let go before the next one is decoded


def _groups(every: Iterable[Rows | None]) -> Iterator[list[Rows | None]]:
    """Neighbours of one shape that are resized together, and each that is missing by itself."""
    group: list[Rows | None] = []
    for pixels in every:
        if group and (pixels is None or group[0] is None or pixels.shape != group[0].shape):
            yield group
            group = []
        group.append(pixels)
        if pixels is None or (len(group) + 1) * pixels.nbytes > TOGETHER:
            del pixels
            yield group
            group = []
    if group:
        yield group


def _pixels(
    store: Store, campaign: str, public_ids: Sequence[str], size: tuple[int, int], look: InLook | None
) -> Iterator[Rows | None]:
    """What each cell is made from, decoded."""
    every = [sources(store, campaign, public_id, size, look) for public_id in public_ids]
    first = ahead(lambda found: _read(found[0]), every, READERS)
    for found, file in zip(every, first, strict=True):
        pixels = _decoded(file, size, look)
        for source in found[1:]:
            if pixels is None:  # the next may still be whole
                pixels = _decoded(_read(source), size, look)
        yield pixels
        del pixels


def _read(source: Source) -> File | None:
    with contextlib.suppress(PictureError, StoreUnavailable):
        return source()
    return None


def _decoded(file: File | None, size: tuple[int, int], look: InLook | None) -> Rows | None:
    if file is not None:
        with contextlib.suppress(PictureError):
            return decoded(*file, size[0]) if look is None else of_look(*file, size[0], look.backdrop)
    return None
