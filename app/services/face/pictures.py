"""The newest collage as JPEG or WebP at any width, without people who have withdrawn.

A picture is made once on a machine, however many ask at once, and kept in the wall's cache. One is made at a time on
the whole machine, so that requests for new widths never take more than one core.
"""

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from app.adapters import imaging
from app.adapters.store import Store
from app.adapters.store.files import Files
from app.core.errors import NotFound, Retryable
from app.services.face import sizes
from app.services.face.newest import Collage
from app.services.face.sizes import Budget
from app.services.wall.cache import Cache
from app.services.wall.finished import Finished, places

MADE = "1"  # increase it with any change to the pixels
PATIENCE = 20.0  # seconds to wait while other pictures are made
BRIEFLY = 1.0  # the same for a width beside the ladder, before the next one of the ladder is the answer
Kind = Literal["jpeg", "webp"]


@dataclass(frozen=True)
class Picture:
    """A picture, made or not. `key` identifies everything it is made from."""

    collage: Collage
    kind: Kind
    width: int

    @property
    def name(self) -> str:
        """Its name in the cache."""
        summary = self.collage.summary
        return f"{summary.campaign}/face/{summary.id}-{self.width}.{self.kind}"

    @property
    def key(self) -> bytes:
        found = self.collage
        return hashlib.sha256(f"{MADE} {found.stamp} {found.gone} {self.kind} {self.width}".encode()).digest()

    @property
    def tag(self) -> str:
        """Its ETag."""
        return self.key.hex()[:32]


class Pictures:
    """`finished` gives the derivatives; creating one touches nothing on disk. Threads may share it."""

    def __init__(
        self, store: Store, finished: Finished, cache: Cache, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._finished = finished
        self._cache = cache
        self._clock = clock
        self._budget = Budget(at=clock())
        self._turn = threading.Lock()
        self._makes = threading.Lock()

    def picture(self, collage: Collage, kind: Kind, width: int | None) -> Picture:
        """The picture of this width, at most as wide as there is; None: the width of the picture for screens."""
        usual = collage.picture.width
        return Picture(collage, kind, usual if width is None else min(width, sizes.widest(collage.summary, usual)))

    def data(self, picture: Picture) -> tuple[Picture, bytes]:
        """The picture's bytes, or another one's that is a little wider, if too many widths have been requested.

        Raises NotFound if the collage is gone, Retryable if the machine is busy with others, StoreUnavailable.
        """
        if self._is_usual(picture) and picture.kind == "jpeg":
            return picture, self._derivative(picture.collage)
        kept = self._cache.get(picture.name, picture.key)
        if kept is not None:
            return picture, kept
        wider = replace(picture, width=self._rung(picture))
        if wider != picture and self._may_be_made():
            with contextlib.suppress(Retryable):
                return picture, self._once(picture, BRIEFLY)
        return wider, self._once(wider, PATIENCE)

    def _once(self, picture: Picture, patience: float) -> bytes:
        """The picture from the cache, or made now. Raises what `data` does, Retryable after `patience` seconds."""
        until = time.monotonic() + patience
        if not self._makes.acquire(timeout=patience):
            raise _busy(patience)
        try:
            kept = self._cache.get(picture.name, picture.key)
            if kept is None:
                with self._alone(max(0.0, until - time.monotonic()), patience):
                    kept = self._cache.get(picture.name, picture.key)  # another process has made it meanwhile
                    if kept is None:
                        kept = self._made(picture)
                        self._cache.put(picture.name, picture.key, kept)
        finally:
            self._makes.release()
        return kept

    def _rung(self, picture: Picture) -> int:
        """The width that is always made: this one, or the next."""
        usual = picture.collage.picture.width
        widest = sizes.widest(picture.collage.summary, usual)
        return picture.width if picture.width in (usual, widest) else min(sizes.rung(picture.width), widest)

    def _may_be_made(self) -> bool:
        with self._turn:
            return self._budget.take(self._clock())

    def _is_usual(self, picture: Picture) -> bool:
        return picture.width == picture.collage.picture.width

    def _made(self, picture: Picture) -> bytes:
        collage = picture.collage
        if picture.width <= collage.picture.width:
            return imaging.screens.scaled(self._derivative(collage), "jpeg", picture.width, picture.kind)
        return self._from_master(picture)

    def _derivative(self, collage: Collage) -> bytes:
        summary = collage.summary
        return self._finished.derivative(summary.campaign, summary.id, collage.picture.name)

    def _from_master(self, picture: Picture) -> bytes:
        """A picture wider than the derivative."""
        summary = picture.collage.summary
        data = self._store.collages.read(summary.campaign, summary.id, summary.master.name)
        if data is None:
            raise NotFound("There is no picture behind this address any more.")
        left, top, right, bottom = sizes.covered(summary)
        made = imaging.screens.scaled(data, "png", picture.width, picture.kind, (left, top, right, bottom))
        if not picture.collage.gone:
            return made
        manifest = self._store.collages.manifest(summary.campaign, summary.id)
        boxes = places(manifest, imaging.screens.size(made, picture.kind), picture.collage.gone)
        return imaging.blanked(made, boxes, picture.kind)

    @contextlib.contextmanager
    def _alone(self, patience: float, waited: float) -> Iterator[None]:
        """One process at a time, on this machine. Raises Retryable, which says how long the request has `waited`."""
        path = self._cache.lock_path()
        lock = None
        if path is not None:  # else nothing can be kept on this disk, and each request makes its own
            lock = Files().lock(path, patience)
            if lock is None:
                raise _busy(waited)
        try:
            yield
        finally:
            if lock is not None:
                os.close(lock)

    def master(self, collage: Collage) -> Path:
        """The file of the master.

        Raises NotFound if it is no PNG or shows someone who has withdrawn, StoreUnavailable.
        """
        summary, master = collage.summary, collage.master
        path = None if master is None else self._finished.path(summary.campaign, summary.id, master.name)
        if path is None:
            raise NotFound("This picture is not available at the moment.")
        return path


def _busy(patience: float) -> Retryable:
    return Retryable(f"A picture was requested, but others were being made for {patience:g} s.", retry_after=5)
