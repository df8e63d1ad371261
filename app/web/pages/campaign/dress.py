"""What a campaign's public pages wear: one style sheet with its colours, and its logo. Read when the service starts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from app.core.config import Campaign, Campaigns, read_logo
from app.services.face.colours import properties
from app.web.http.sendfile import content_type

SHEETS = ("page.css", "campaign/public.css")  # what public pages share with all others, and their own
VERSION = 16  # hexadecimal digits


@dataclass(frozen=True)
class File:
    """`version` changes with the content."""

    data: bytes
    content_type: str
    version: str


@dataclass(frozen=True)
class Dress:
    """`logo`: None without one."""

    style: File
    logo: File | None


def dresses(static: Path, campaigns: Campaigns) -> dict[str, Dress]:
    """By campaign, for those that are public. `static`: the directory of style sheets.

    Raises SettingError if a logo cannot be used.
    """
    shared = b"\n".join((static / name).read_bytes() for name in SHEETS)
    return {name: _dress(rules, shared) for name, rules in campaigns.items() if rules.public}


def dress(campaign: Campaign) -> Dress:
    """What a public campaign wears in the current application."""
    made: dict[str, Dress] = current_app.extensions["collagen.dresses"]
    return made[campaign.name]


def _dress(rules: Campaign, shared: bytes) -> Dress:
    style = shared + b"\n" + properties(rules.brand.colour).encode("ascii")
    return Dress(_file(style, "text/css; charset=utf-8"), _logo(rules))


def _logo(rules: Campaign) -> File | None:
    data, path = read_logo(rules), rules.brand.logo
    return None if data is None or path is None else _file(data, content_type(path.name))


def _file(data: bytes, kind: str) -> File:
    return File(data, kind, hashlib.sha256(data).hexdigest()[:VERSION])
