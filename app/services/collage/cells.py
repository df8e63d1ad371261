"""The cells of a band: which of a photo's files each is made from."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.adapters import imaging
from app.adapters.imaging.cells import decoded, resized
from app.adapters.store import Store
from app.core.ahead import ahead
from app.core.errors import PictureError, StoreUnavailable

READERS = 8  # threads that read ahead on a network file system, where most of the time of a file is waiting
TOGETHER = 4_000_000  # bytes of pixels that are resized in one call

Rows = NDArray[np.uint8]  # height × width × 3
Source = tuple[Callable[[], bytes | None], imaging.Format]


def cells(
    store: Store, campaign: str, public_ids: Sequence[str], size: tuple[int, int], part: tuple[int, int] | None = None
) -> Iterator[Rows | None]:
    """Each photo at `size` (width × height) as 8-bit RGB, or None if it cannot be read.

    `part`: only these of its rows, the last one excluded. Files are read ahead, but decoded as they are needed: pixels
    take much more memory. Raises StoreUnavailable if the store is gone.
    """
    for group in _groups(_pixels(store, campaign, public_ids, size)):
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


def _pixels(store: Store, campaign: str, public_ids: Sequence[str], size: tuple[int, int]) -> Iterator[Rows | None]:
    """What each cell is made from, decoded."""
    every = [_sources(store, campaign, public_id, size) for public_id in public_ids]
    first = ahead(lambda sources: _read(sources[0]), every, READERS)
    for sources, picture in zip(every, first, strict=True):
        pixels = _decoded(picture, sources[0], size)
        for source in sources[1:]:
            if pixels is None:  # the next may still be whole
                pixels = _decoded(_read(source), source, size)
        yield pixels
        del pixels


def _sources(store: Store, campaign: str, public_id: str, size: tuple[int, int]) -> list[Source]:
    """What a cell may be made from, best first.

    The smallest copy inside the intermediate that is large enough, else the intermediate if that is (never by
    enlarging one), else the archive.
    """
    photos = store.photos
    sources: list[Source] = [(partial(photos.archive, campaign, public_id), "jpeg")]
    if size[0] <= imaging.INTERMEDIATE[0] and size[1] <= imaging.INTERMEDIATE[1]:
        sources.insert(0, (partial(photos.intermediate, campaign, public_id), "png"))
    if (reach := imaging.copies.reach(*size)) is not None:

        def copy() -> bytes | None:
            beginning, length = photos.intermediate_start(campaign, public_id, reach)
            return imaging.copies.find(beginning, length, *size)

        sources.insert(0, (copy, "jpeg"))
    return sources


def _read(source: Source) -> bytes | None:
    with contextlib.suppress(PictureError, StoreUnavailable):
        return source[0]()
    return None


def _decoded(picture: bytes | None, source: Source, size: tuple[int, int]) -> Rows | None:
    if picture is not None:
        with contextlib.suppress(PictureError):
            return decoded(picture, source[1], size[0])
    return None
