"""Where to search for a person: each source with its campaigns, those that are no longer in campaigns.toml included."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.errors import BadParameters, BadPublicId
from app.core.sources import CLOUDINARY, FOLDER, Source
from app.services.forget.finding import Finder, Found
from app.services.forget.nowhere import Nowhere
from app.services.forget.traces import Person
from app.services.processor.followers import Follower
from app.services.processor.processor import Processor

NOBODY = Found(Person(frozenset(), frozenset()), frozenset())


class Connected(Protocol):
    """Sources by name."""

    def __getitem__(self, name: str) -> Source: ...


@dataclass(frozen=True)
class Part:
    """One source, its campaigns that are searched, and what was found of the person there."""

    source: Source
    campaigns: Sequence[Campaign]
    processor: Processor
    finder: Finder
    found: Found = NOBODY

    @property
    def in_folder(self) -> bool:
        return self.campaigns[0].directory is not None


def searched(store: Store, campaigns: Campaigns, among: Sequence[str]) -> tuple[list[Campaign], list[Campaign]]:
    """The campaigns with these names (all), and those among them that only the store still has.

    The folder of the latter is that of their last sync; none if it is unknown or now belongs to another campaign.
    Raises NotFound.
    """
    stored = set(store.root.campaigns()).difference(campaigns)
    for name in set(among) - stored:
        campaigns.require(name)
    wanted = among or sorted({*campaigns, *stored})
    taken = {campaign.folder for campaign in campaigns.values()}
    retired = []
    for name in (name for name in wanted if name in stored):
        folder = store.syncs.rules(name).get("folder", name)
        source = folder if folder.startswith(FOLDER) else CLOUDINARY
        retired.append(Campaign(name, name, "" if folder in taken else folder, source=source))
    return [campaigns[name] for name in wanted if name not in stored], retired


def parts(
    sources: Connected,
    store: Store,
    exiftool: ExifTool,
    campaigns: Campaigns,
    wanted: Sequence[Campaign],
    followers: Sequence[Follower],
) -> list[Part]:
    """The sources of the `wanted` campaigns. A folder that is gone with its campaign is searched no more.

    `followers`: as in `Processor`.
    """
    found = []
    for name in dict.fromkeys(campaign.source for campaign in wanted):
        mine = [campaign for campaign in wanted if campaign.source == name]
        known = campaigns.of_source(name)
        gone = name.startswith(FOLDER) and not known and not Path(name.removeprefix(FOLDER)).is_dir()
        source = Nowhere() if gone else sources[name]
        # a folder's processor touches no campaign that it does not know
        rules = Campaigns([*known.values(), *(one for one in mine if one.name not in known)], known.others)
        processor = Processor(source, store, exiftool, rules if name.startswith(FOLDER) else known, followers=followers)
        found.append(Part(source, mine, processor, Finder(source, store, exiftool, mine, processor.address_in)))
    return found


def find(parts: Sequence[Part], whom: str) -> list[Part]:
    """The parts with what is found of the person `whom` in each.

    Raises BadParameters for a public ID that is a photo in several sources, and what `Finder.find` raises.
    """
    refused: list[BadPublicId] = []
    results = []
    for part in parts:
        try:
            results.append(replace(part, found=part.finder.find(whom)))
        except BadPublicId as error:  # another source may have such an ID
            refused.append(error)
            results.append(part)
    if parts and len(refused) == len(parts):
        raise refused[0]
    named = [part for part in results if whom in part.found.photos]
    if len(named) > 1:
        names = " and in ".join(", ".join(campaign.name for campaign in part.campaigns) for part in named)
        raise BadParameters(f"{whom} is one photo in {names}: say with --campaign which one is meant.")
    return results
