"""Quickly puts people with addresses into a real collage: real archives, the first of them written by exiftool."""

from __future__ import annotations

import copy
import functools
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import Settings, load_settings
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.service import CAMPAIGNS
from scripts.sandbox.stored import APPROVED, CAMPAIGN, as_jpeg, built, distinct, name, plain_intermediate

SIZES = (6, 8, 12, 20, 60, 208, 500)  # numbers of people that fit a collage of 600×600 completely
SENDER = "Say No <hello@sayno.example>"
KEY = "a key that only tests use"
PUBLIC_URL = "https://collagen.example.org"


def address(index: int) -> str:
    return f"person{index:05}@example.org"


@functools.cache
def _tagged(email: str | None) -> bytes:
    """A small archive with this address, as exiftool writes it."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "a.jpg"
        path.write_bytes(as_jpeg(Image.new("RGB", (30, 40), "magenta")))
        _exiftool().write(path, Tags(email, "a", "b", 1))
        return path.read_bytes()


@functools.cache
def _exiftool() -> ExifTool:
    """One for all archives; it takes longer to start than to write, and ends with this process."""
    return ExifTool()


def archive(email: str | None) -> bytes:
    """An archive with this address. The crowd's addresses all have the same length, so only bytes change."""
    if email is not None and len(email) == len(address(0)) and email.isascii():
        return _tagged(address(0)).replace(address(0).encode(), email.encode())
    return _tagged(email)


def put(store: Store, index: int, email: str | None, campaign: str = CAMPAIGN) -> str:
    """Stores a person without fsync; returns their public ID."""
    files = store.photos.archive_path(campaign, name(index)), store.photos.intermediate_path(campaign, name(index))
    for path, data in zip(files, (archive(email), distinct(plain_intermediate(), index)), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (APPROVED + index, APPROVED + index))
    return name(index)


def gather(store: Store, people: int | Sequence[str | None], campaign: str = CAMPAIGN) -> dict[str, Any]:
    """A collage of so many people, or of people with these addresses; its manifest shows all of them, in order."""
    top = store.root.path / campaign
    if isinstance(people, int) and not top.exists():
        made, manifest = _gathered(people, campaign)
        shutil.copytree(Path(made.name) / campaign, top)
        return copy.deepcopy(manifest)
    return _gather(store, [address(index) for index in range(people)] if isinstance(people, int) else people, campaign)


@functools.cache
def _gathered(people: int, campaign: str) -> tuple[tempfile.TemporaryDirectory[str], dict[str, Any]]:
    """A store with such a collage, and its manifest: drawing it takes longer than copying it."""
    directory = tempfile.TemporaryDirectory(prefix="gathered-")
    store = Store(Path(directory.name))
    store.root.initialise()
    return directory, _gather(store, [address(index) for index in range(people)], campaign)


def _gather(store: Store, emails: Sequence[str | None], campaign: str) -> dict[str, Any]:
    public_ids = [put(store, index, email, campaign) for index, email in enumerate(emails)]
    manifest = built(store, campaign, width=600, height=600, duplicates=True)  # some share an address
    assert [tile["public_id"] for tile in manifest["tiles"]] == public_ids
    return manifest


def environment(server: MailServer, store: Path, **more: str) -> dict[str, str]:
    """The settings for sending mails through this server."""
    campaigns = store.parent / "campaigns.toml"
    if not campaigns.exists():
        campaigns.write_text(CAMPAIGNS)
    return {
        "COLLAGEN_STORE": str(store),
        "COLLAGEN_CAMPAIGNS": str(campaigns),
        "COLLAGEN_SECRET_KEY": KEY,
        "COLLAGEN_PUBLIC_URL": PUBLIC_URL,
        "COLLAGEN_SMTP_URL": server.url,
        "COLLAGEN_MAIL_FROM": SENDER,
        "SSL_CERT_FILE": str(server.authority),
    } | more


def settings(environ: dict[str, str]) -> Settings:
    return load_settings(environ, dotenv=Path("/nonexistent"))
