"""Decodes the pictures of a folder into a store, several at once."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from app.adapters.folder import Folder
from app.adapters.imaging import Decoder
from app.adapters.store import Store
from app.adapters.store.names import file_name
from app.core.errors import BadPublicId, FolderUnavailable, PhotoBusy, PictureError
from app.core.sources import Asset

CORES = len(os.sched_getaffinity(0))
AHEAD = 2  # pictures for each decoder that are read before it is free


class Preparing:
    """Puts pictures of a folder into a campaign of a store, with a decoder for each core. No address is kept."""

    def __init__(self, folder: Folder, store: Store, campaign: str, decoders: int = CORES) -> None:
        self._folder = folder
        self._store = store
        self._campaign = campaign
        self._decoders = [Decoder() for _ in range(decoders)]
        self._pool = ThreadPoolExecutor(decoders, thread_name_prefix="prepare")
        self._free = list(self._decoders)

    def all(self, assets: Iterable[Asset], enough: Callable[[int], bool]) -> Iterator[tuple[Asset, str | None]]:
        """Prepares pictures in this order until `enough` says so of the number of those that are stored.

        Yields each with the sentence why it cannot be read, or None. Raises DecoderFailed, StoreUnavailable.
        """
        rest, begun, stored = iter(assets), dict[Future[str | None], Asset](), 0
        while True:
            while len(begun) < AHEAD * len(self._decoders) and not enough(stored + len(begun)):
                asset = next(rest, None)
                if asset is None:
                    break
                begun[self._pool.submit(self._one, asset)] = asset
            if not begun:
                return
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                asset, reason = begun.pop(future), future.result()
                stored += reason is None
                yield asset, reason

    def _one(self, asset: Asset) -> str | None:
        """Stores one picture; returns why that cannot be."""
        try:
            file_name(asset.public_id)
            picture = self._folder.picture(asset.public_id, asset.url)
            decoder = self._free.pop()  # there is one for each thread
            try:
                found = decoder.prepare(picture, any_format=True)
            finally:
                self._free.append(decoder)
        except (PictureError, PhotoBusy, FolderUnavailable, BadPublicId) as error:
            return str(error)
        photos, mark = self._store.photos, float(asset.version)
        photos.put(
            self._campaign, asset.public_id, found.archive, found.intermediate, asset.approved_at, mark, found.variants
        )
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for decoder in self._decoders:
            decoder.close()
