"""All campaigns: campaigns.toml."""

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.core.config import rules
from app.core.config.campaign import Brand, Campaign
from app.core.errors import NotFound, SettingError
from app.core.sources import CLOUDINARY, FOLDER


class Campaigns(Mapping[str, Campaign]):
    """Campaigns by name: all of them, or those of one source.

    `others`: the names of those that have another source, whose photos are none of its business: a public ID there is
    another photo.
    """

    def __init__(self, campaigns: Iterable[Campaign], others: Collection[str] = ()) -> None:
        self._by_name = {campaign.name: campaign for campaign in campaigns}
        self.others = frozenset(others)
        self._by_folder = {campaign.folder: campaign for campaign in self.values()}

    def __getitem__(self, name: str) -> Campaign:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def require(self, *names: str) -> None:
        """Raises NotFound unless all names are campaigns."""
        for name in names:
            if name not in self:
                raise NotFound(f"There is no campaign {name[:64]!r} in campaigns.toml.")

    def of_folder(self, folder: str) -> Campaign | None:
        """The campaign with this asset folder, or None."""
        return self._by_folder.get(folder)

    def by_source(self) -> dict[str, "Campaigns"]:
        """The campaigns of each source."""
        sources = dict.fromkeys(campaign.source for campaign in self.values())
        return {source: self.of_source(source) for source in sources}

    def of_source(self, source: str) -> "Campaigns":
        """The campaigns of one source; it knows the others by name."""
        mine = [campaign for campaign in self.values() if campaign.source == source]
        return Campaigns(mine, self.others.union(self).difference(campaign.name for campaign in mine))


def load_campaigns(path: Path) -> Campaigns:
    """Reads campaigns.toml. Raises SettingError naming the file, the table and the key."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingError(
            f"COLLAGEN_CAMPAIGNS: the file {path} does not exist; campaigns.toml is an example."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} cannot be read: {error}.") from error
    campaigns = [_campaign(path, name, table) for name, table in tables.items()]
    if not campaigns:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} has no campaign; add a table such as [test_prototype].")
    seen: dict[str, str] = {}
    for campaign in campaigns:
        other = seen.setdefault(campaign.folder, campaign.name)
        if other != campaign.name:
            where = campaign.directory or repr(campaign.folder)
            raise SettingError(f"{path}: [{campaign.name}] and [{other}] have the same folder {where}.")
    return Campaigns(campaigns)


def _campaign(path: Path, name: str, table: object) -> Campaign:
    if not re.fullmatch(r"[a-z0-9_-]{1,64}", name):
        raise SettingError(f"{path}: [{name}] is not a campaign name; use 1 to 64 of a-z, 0-9, _ and -.")
    if not isinstance(table, dict):
        raise SettingError(f"{path}: {name} must be a table: [{name}].")
    allowed = {known.name for known in fields(Campaign)} - {"name"}
    for key in table:
        if key not in allowed:
            raise SettingError(
                f"{path}: [{name}] has an unknown key {key!r}; known keys are {', '.join(sorted(allowed))}."
            )
    here = f"{path}: [{name}]"
    values: dict[str, Any] = {key: rules.value(f"{here} {key}", key, value) for key, value in table.items()}
    if "source" in values:
        values |= _placed(path, name, values)
    if "test_address" in values:
        values["test_address"] = rules.trial_address(f"{here} test_address", values["test_address"])
    if "brand" in values:
        values["brand"] = _brand(path, **values["brand"])
    return Campaign(**({"title": name, "folder": name} | values), name=name)


def _brand(path: Path, logo: str | None = None, **values: str) -> Brand:
    return Brand(logo=None if logo is None else path.parent.absolute() / logo, **values)


def _placed(path: Path, name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """`source` and `folder` of a campaign whose table names its source; a relative path starts at the file's own."""
    source = values["source"].strip()
    if source == CLOUDINARY:
        return {"source": source}
    directory = source.removeprefix(FOLDER).strip()
    if directory == source or not directory or "\0" in directory:
        raise SettingError(f"{path}: [{name}] source must be cloudinary, or folder: and a path, not {source!r}.")
    if "folder" in values:
        raise SettingError(
            f"{path}: [{name}] has a folder in Cloudinary, but its source is a directory; remove one of the two keys."
        )
    # links stay: what they lead to may not be mounted yet
    absolute = FOLDER + os.path.abspath(path.parent / directory)  # noqa: PTH100
    return {"source": absolute, "folder": absolute}
