"""The rules of the campaigns: campaigns.toml."""

import contextlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.core.addresses import normalise, stored
from app.core.errors import NotFound, SettingError

SHORTEST_PASSWORD = 12  # characters of a gallery's
TRACKING = ("individual", "aggregate", "off")


@dataclass(frozen=True)
class Campaign:
    """The rules of one campaign: one table of campaigns.toml."""

    name: str
    title: str
    folder: str
    test_address: str | None = None
    tracking: str = "individual"
    mail: str | None = None
    public: bool = False
    gallery_password: str | None = field(default=None, repr=False)
    gallery_until: date | None = None

    def gallery_is_over(self, today: date) -> bool:
        """Whether the gallery's last day is past; the last day itself is still one on which it is open."""
        return self.gallery_until is not None and today > self.gallery_until

    def address(self, email: str | None) -> str | None:
        """What is stored for a submitter who typed `email`: its normal form, in a campaign for trials a rewritten one.

        With test_address "t+{token}@x.org", user@example.com becomes t+user-example-com@x.org. An unusable address is
        stored as it was typed, for trials only its letters and digits: nothing is ever sent there.
        """
        email = stored(email)
        if email is None or self.test_address is None:
            return email
        token = re.sub(r"[^A-Za-z0-9]+", "-", email).strip("-")
        return self.test_address.replace("{token}", token) if normalise(email) else token or None


class Campaigns(Mapping[str, Campaign]):
    """All campaigns, by name."""

    def __init__(self, campaigns: list[Campaign]) -> None:
        self._by_name = {campaign.name: campaign for campaign in campaigns}
        self._by_folder = {campaign.folder: campaign for campaign in campaigns}

    def __getitem__(self, name: str) -> Campaign:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def require(self, *names: str) -> None:
        """Raises NotFound unless all of these are campaigns."""
        for name in names:
            if name not in self:
                raise NotFound(f"There is no campaign {name[:64]!r} in campaigns.toml.")

    def of_folder(self, folder: str) -> Campaign | None:
        """The campaign whose asset folder this is, or None."""
        return self._by_folder.get(folder)


def load_campaigns(path: Path) -> Campaigns:
    """Reads campaigns.toml. Raises SettingError that names the file, the table and the key."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: there is no file {path}; campaigns.toml has an example.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} cannot be read: {error}.") from error
    campaigns = [_campaign(path, name, table) for name, table in tables.items()]
    if not campaigns:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} has no campaign; add a table such as [test_prototype].")
    seen: dict[str, str] = {}
    for campaign in campaigns:
        other = seen.setdefault(campaign.folder, campaign.name)
        if other != campaign.name:
            raise SettingError(f"{path}: [{campaign.name}] and [{other}] have the same folder {campaign.folder!r}.")
    return Campaigns(campaigns)


def _campaign(path: Path, name: str, table: object) -> Campaign:
    if not re.fullmatch(r"[a-z0-9_-]{1,64}", name):
        raise SettingError(f"{path}: [{name}] is no campaign name; use 1 to 64 of a-z, 0-9, _ and -.")
    if not isinstance(table, dict):
        raise SettingError(f"{path}: {name} must be a table: [{name}].")
    allowed = {known.name for known in fields(Campaign)} - {"name"}
    for key in table:
        if key not in allowed:
            raise SettingError(f"{path}: [{name}] has an unknown key {key!r}; known are {', '.join(sorted(allowed))}.")
    given = {key: _value(f"{path}: [{name}] {key}", key, value) for key, value in table.items()}
    campaign = Campaign(**({"title": name, "folder": name} | given), name=name)
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


def _value(where: str, key: str, value: object) -> Any:
    """What stands for a key of a campaign, checked for its kind. `where`: how the message begins."""
    if key == "public":
        if not isinstance(value, bool):
            raise SettingError(f"{where} must be true or false.")
        return value
    if key == "gallery_until":
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if not isinstance(value, date) or isinstance(value, datetime):  # in Python a datetime is a date too
            raise SettingError(f"{where} must be a day such as 2026-12-31.")
        return value
    if not isinstance(value, str) or not value.strip():
        raise SettingError(f"{where} must be a text that is not empty.")
    if key == "gallery_password" and len(value.strip()) < SHORTEST_PASSWORD:
        raise SettingError(
            f"{where} must have at least {SHORTEST_PASSWORD} characters, for whoever knows the address may guess; a"
            " few words are easy to pass on."
        )
    return value
