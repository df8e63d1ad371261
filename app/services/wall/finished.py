"""The files of finished collages as served: without people who have withdrawn.

If someone has, their place in a derivative is painted over on request, and the result cached on the local disk. The
master, which takes seconds and hundreds of megabytes to decode and encode, is withheld until the collage is rebuilt.
"""

import hashlib
from collections.abc import Collection
from pathlib import Path

from app.adapters import imaging
from app.adapters.imaging.blank import Box
from app.adapters.store import Store
from app.adapters.store.collages.finished import MANIFEST
from app.adapters.store.collages.manifests import Manifest
from app.core.errors import NotFound
from app.services.collage import derivatives
from app.services.collage.withdrawn import Withdrawn, require_nobody
from app.services.wall.cache import Cache

MADE = "1"  # increase it with any change to the pixels
SPREAD = 2  # pixels that a face may extend beyond its cell once the picture is scaled down


class Finished:
    """`withdrawn` decides on each request who may be shown. Creating one touches nothing on disk."""

    def __init__(self, store: Store, withdrawn: Withdrawn, cache: Cache) -> None:
        self._store = store
        self._withdrawn = withdrawn
        self._cache = cache

    def path(self, campaign: str, collage: str, name: str) -> Path | None:
        """The path of the file; None for a derivative that shows someone who has withdrawn: see `derivative`.

        Raises NotFound, StoreUnavailable, and CollageUnsound for a master that shows someone who has withdrawn, or if
        nobody can tell whom the collage shows.
        """
        path = self._store.collages.file(campaign, collage, name)
        if not self._store.collages.has(campaign, collage, name):
            raise NotFound(f"The collage {collage} of {campaign} has lost its file {name}.")
        if name == MANIFEST:
            return path
        withdrawn = self._withdrawn.of(campaign, collage)
        if name == self._store.collages.manifest(campaign, collage).master.name:
            require_nobody(campaign, collage, withdrawn, f"{name} cannot be downloaded")
        return None if withdrawn else path

    def derivative(self, campaign: str, collage: str, name: str) -> bytes:
        """The bytes of a derivative of the newest revision, without people who have withdrawn.

        Waits while a revision is replacing the collage. Raises NotFound, CollageUnsound if nobody can tell whom the
        collage shows, StoreUnavailable.
        """
        data = self._store.collages.wait_for_swap(campaign, collage, lambda: self._look(campaign, collage, name))
        if data is None:
            raise NotFound("There is no picture behind this address any more.")
        return data

    def _look(self, campaign: str, collage: str, name: str) -> bytes | None:
        try:
            withdrawn = self._withdrawn.of(campaign, collage)
        except NotFound:
            return None
        data = self._store.collages.read(campaign, collage, name)
        if data is None or not withdrawn:
            return data
        return self._blanked(campaign, collage, name, data)

    def _blanked(self, campaign: str, collage: str, name: str, data: bytes) -> bytes:
        manifest = self._store.collages.manifest(campaign, collage)
        kind = derivatives.kind_of(name)
        boxes = places(
            manifest,
            imaging.size(data, "jpeg") if kind == "jpeg" else imaging.screens.size(data, kind),
            self._withdrawn.among(campaign, manifest.shown),
        )
        key = hashlib.sha256(f"{MADE} {boxes} {hashlib.sha256(data).hexdigest()}".encode()).digest()
        kept = f"{campaign}/{collage}/{name}"
        picture = self._cache.get(kept, key)
        if picture is None:
            picture = imaging.blanked(data, boxes, kind)
            self._cache.put(kept, key, picture)
        return picture


def places(manifest: Manifest, size: tuple[int, int], public_ids: Collection[str]) -> list[Box]:
    """Where a person is in a derivative of `size` (width × height), rounded out to whole pixels. Pure.

    A derivative is the part of the canvas that the tiles cover, scaled down: their outer edges are its edges. With a
    background it is the whole canvas.
    """
    tiles, wanted = manifest.tiles, set(public_ids)
    x, y = min(tile.x for tile in tiles), min(tile.y for tile in tiles)
    covered = max(tile.x + tile.width for tile in tiles) - x, max(tile.y + tile.height for tile in tiles) - y
    if manifest.background is not None:
        x, y, covered = 0, 0, (manifest.canvas.width, manifest.canvas.height)
    boxes = []
    for tile in tiles:
        if tile.public_id in wanted:
            left, width = _span(tile.x - x, tile.width, covered[0], size[0])
            top, height = _span(tile.y - y, tile.height, covered[1], size[1])
            boxes.append((left, top, width, height))
    return boxes


def _span(start: int, long: int, length: int, pixels: int) -> tuple[int, int]:
    first = max(0, start * pixels // length - SPREAD)
    end = min(pixels, -(-(start + long) * pixels // length) + SPREAD)
    return first, end - first
