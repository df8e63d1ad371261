"""The newest collage of a campaign that can be shown."""

import contextlib
from dataclasses import dataclass

from app.adapters.store import Store
from app.adapters.store.collages.manifests import File, Summary
from app.adapters.store.stamped import Stamp, Stamped
from app.core.errors import CollageUnsound, NotFound
from app.services.collage import derivatives
from app.services.collage.withdrawn import Withdrawn

REMEMBERED = 64  # collages whose manifests are kept in memory
DEFAULT = derivatives.name(1920)


@dataclass(frozen=True)
class Collage:
    """A finished collage. `stamp` changes with each of its revisions; `gone`: who has withdrawn from it."""

    summary: Summary
    stamp: Stamp
    gone: tuple[str, ...]

    @property
    def shown(self) -> int:
        """How many people can be seen."""
        return len(self.summary.shown) - len(self.gone)

    @property
    def picture(self) -> File:
        """The picture that is served if no width is requested."""
        return next(file for file in self.summary.files if file.name == DEFAULT)

    @property
    def master(self) -> File | None:
        """The master, if it is a PNG that shows nobody who has withdrawn."""
        master = self.summary.master
        return master if master.name.endswith(".png") and not self.gone else None


class Newest:
    """Threads may share it; creating one touches nothing on disk."""

    def __init__(self, store: Store, withdrawn: Withdrawn) -> None:
        self._store = store
        self._withdrawn = withdrawn
        self._read: Stamped[tuple[str, str], Summary] = Stamped(REMEMBERED)

    def of(self, campaign: str) -> Collage | None:
        """The newest collage whose manifest is sound; None if there is none. Raises StoreUnavailable."""
        for number in self._store.collages.newest_first(campaign):
            with contextlib.suppress(NotFound, CollageUnsound):
                return self.collage(campaign, number)
        return None

    def people(self, campaign: str) -> int:
        """How many photos the campaign holds. Raises StoreUnavailable."""
        return self._withdrawn.held(campaign)

    def collage(self, campaign: str, number: str) -> Collage:
        """A collage by its number.

        Raises NotFound, also if the collage has no picture for screens; CollageUnsound, StoreUnavailable.
        """
        stamp = self._store.collages.stamp(campaign, number)  # before the manifest: no later one is missed
        if stamp is None:
            raise NotFound(f"The campaign {campaign} has no collage {number}.")
        summary = self._read.get(
            (campaign, number), stamp, lambda: self._store.collages.manifest(campaign, number).summary()
        )
        if all(file.name != DEFAULT for file in summary.files):
            raise NotFound(f"The collage {number} of {campaign} has no {DEFAULT}.")
        return Collage(summary, stamp, tuple(self._withdrawn.among(campaign, summary.shown)))
