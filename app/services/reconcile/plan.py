"""Which photos to look up in Cloudinary. Pure.

A photo whose row agrees with the store costs no call. A photo without a row is looked up, never removed for that alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.adapters.exiftool import Tags
from app.core.config import Campaign
from app.core.sources import Asset, Hint
from app.services.processor.decision import agrees

# missing: approved there, not here; differs: held, but with another version or address, or only one of the two files;
# unlisted: held, but no list says that it is approved here
Suspicion = Literal["missing", "differs", "unlisted"]


@dataclass(frozen=True, slots=True)
class Work:
    """A photo to look up, and why."""

    hint: Hint
    suspicion: Suspicion


@dataclass(frozen=True, slots=True)
class Held:
    """What a campaign has of a photo. `whole`: both files; `tags`: those of its archive, if both are there."""

    whole: bool
    tags: Tags | None = None


class SyncPlan:
    """Compares the rows of lists, in any order, with the photos that `campaign` holds.

    `no_images`: by public ID, the kinds of approved assets that cannot be stored; `held`: the number of photos held;
    `listed`: whether any row belonged to the campaign's folder; `notes`: what there is to say about files (see `Page`).
    """

    def __init__(self, campaign: Campaign, held: Mapping[str, Held]) -> None:
        self._campaign = campaign
        self._held = held
        self.held = len(held)
        self.listed = False
        self._agreed: set[str] = set()
        self._work: dict[str, Work] = {}
        self.no_images: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    def compare(self, assets: Iterable[Asset]) -> None:
        """Adds rows from the list of the campaign's folder."""
        for asset in assets:
            self.listed = self.listed or asset.folder == self._campaign.folder
            if asset.kind != "image":
                if asset.approved:
                    self.no_images[asset.public_id] = asset.kind
            elif asset.folder == self._campaign.folder and asset.approved:
                work = suspect(self._campaign, asset, self._held.get(asset.public_id))
                if work is None:
                    self._agreed.add(asset.public_id)
                else:
                    self._work[asset.public_id] = work

    def add(self, assets: Iterable[Asset]) -> None:
        """Adds rows from a list across folders, which may name what the folder's list left out."""
        for asset in assets:
            if asset.folder == self._campaign.folder and asset.approved and asset.public_id not in self._agreed:
                work = suspect(self._campaign, asset, self._held.get(asset.public_id))
                self._work.setdefault(asset.public_id, work or Work(_hint(asset), "unlisted"))

    def work(self) -> list[Work]:
        """The photos to look up, ordered by public ID."""
        unlisted = {
            public_id: Work(Hint(public_id), "unlisted")
            for public_id in self._held
            if public_id not in self._agreed and public_id not in self._work
        }
        return sorted((self._work | unlisted).values(), key=lambda work: work.hint.public_id)

    @property
    def agreed(self) -> int:
        """How many photos agree with Cloudinary."""
        return len(self._agreed - self._work.keys())


def suspect(campaign: Campaign, asset: Asset, held: Held | None) -> Work | None:
    """Why to look up an approved photo of the campaign; None if it agrees."""
    if held is None:
        return Work(_hint(asset), "missing")
    tags = held.tags if held.whole else None
    if tags is not None and agrees(tags, asset, campaign):
        return None
    return Work(_hint(asset), "differs")


def _hint(asset: Asset) -> Hint:
    return Hint(asset.public_id, asset.url, asset.version, asset.type)


def from_cursor(work: list[Work], cursor: str) -> Iterator[Work]:
    """What comes after `cursor`, then the rest, so that a photo that always fails does not block others."""
    yield from (one for one in work if one.hint.public_id > cursor)
    yield from (one for one in work if one.hint.public_id <= cursor)
