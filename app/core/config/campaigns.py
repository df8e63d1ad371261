"""Campaign rules: campaigns.toml."""

import contextlib
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.core.addresses import normalise, stored
from app.core.errors import NotFound, SettingError
from app.core.sources import CLOUDINARY, FOLDER

SHORTEST_PASSWORD = 12  # characters of a gallery password
TRACKING = ("individual", "aggregate", "off")


@dataclass(frozen=True)
class Campaign:
    """The rules of one campaign: one table of campaigns.toml.

    `source`: CLOUDINARY, or FOLDER and an absolute path. `folder`: its place in the source: the asset folder in
    Cloudinary; for a folder, the same as `source`.
    """

    name: str
    title: str
    folder: str
    test_address: str | None = None
    tracking: str = "individual"
    mail: str | None = None
    public: bool = False
    gallery_password: str | None = field(default=None, repr=False)
    gallery_until: date | None = None
    source: str = CLOUDINARY

    @property
    def directory(self) -> Path | None:
        """The folder that its photos come from; None if they come from Cloudinary."""
        return Path(self.source.removeprefix(FOLDER)) if self.source.startswith(FOLDER) else None

    def gallery_is_over(self, today: date) -> bool:
        """Whether the gallery's last day is past; it is still open on the last day."""
        return self.gallery_until is not None and today > self.gallery_until

    def address(self, email: str | None) -> str | None:
        """What to store for a submitter who typed `email`: its normal form, rewritten in a trial campaign.

        With test_address "t+{token}@x.org", user@example.com becomes t+user-example-com@x.org. An unusable address is
        stored as typed, in a trial campaign only its letters and digits: nothing is ever sent there.
        """
        email = stored(email)
        if email is None or self.test_address is None:
            return email
        token = re.sub(r"[^A-Za-z0-9]+", "-", email).strip("-")
        return self.test_address.replace("{token}", token) if normalise(email) else token or None

    def may_hold(self, email: str | None) -> bool:
        """Whether `address` can have returned this: in a trial campaign, never a real address."""
        if self.test_address is None or email is None or "@" not in email:
            return True
        before, _, after = self.test_address.partition("{token}")
        return email.startswith(before) and email.endswith(after)


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
    values = {key: _value(f"{path}: [{name}] {key}", key, value) for key, value in table.items()}
    if "source" in values:
        values |= _placed(path, name, values)
    campaign = Campaign(**({"title": name, "folder": name} | values), name=name)
    if campaign.tracking not in TRACKING:
        raise SettingError(
            f"{path}: [{name}] tracking must be one of {', '.join(TRACKING)}, not {campaign.tracking!r}."
        )
    if campaign.test_address is None:
        return campaign
    local, _, domain = campaign.test_address.rpartition("@")
    sample = normalise(f"{local.replace('{token}', 'token')}@{domain}")
    if sample is None or "{token}" not in local:
        raise SettingError(f"{path}: [{name}] test_address must look like name+{{token}}@example.org.")
    return replace(campaign, test_address=f"{local}@{sample.rpartition('@')[2]}")


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


def _value(where: str, key: str, value: object) -> Any:
    """The value of a campaign's key, with its type checked. `where`: how the message begins."""
    if key == "public":
        if not isinstance(value, bool):
            raise SettingError(f"{where} must be true or false.")
        return value
    if key == "gallery_until":
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if not isinstance(value, date) or isinstance(value, datetime):  # a datetime is a date too
            raise SettingError(f"{where} must be a date such as 2026-12-31.")
        return value
    if not isinstance(value, str) or not value.strip():
        raise SettingError(f"{where} must be text, and not empty.")
    if key == "gallery_password" and len(value.strip()) < SHORTEST_PASSWORD:
        raise SettingError(
            f"{where} must have at least {SHORTEST_PASSWORD} characters, because anyone with the link can guess; a few"
            " words are easy to pass on."
        )
    return value
