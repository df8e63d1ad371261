"""People in the store with addresses, and collages that need no drawing."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.services.notify.run import Notifier
from app.services.tracking.tokens import Claims
from scripts.sandbox import stored
from tests.support.manifests import manifest

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
KEY = "a key of more than sixteen characters"
ALLOWED = {"time", "campaign", "collage", "photo", "class"}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def enrol(store: Store, exiftool: ExifTool, public_id: str, email: str | None, campaign: str = "sayno") -> Claims:
    """Stores a photo with this address; returns the claims of a mail about it."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "photo.jpg"
        path.write_bytes(stored.plain_archive())
        exiftool.write(path, Tags(email=email, public_id=public_id))
        picture = stored.distinct(stored.plain_intermediate(), zlib.crc32(public_id.encode()) % 1_000_000)
        store.photos.put(campaign, public_id, path.read_bytes(), picture, 1_700_000_000)
    return Claims(campaign, "0001", public_id)


def present(store: Store, *public_ids: str, campaign: str = "sayno") -> None:
    """Stores photos that only have to exist."""
    for public_id in public_ids:
        store.photos.put(campaign, public_id, b"archive", b"intermediate", 0)


def publish(store: Store, picture: bytes, campaign: str = "sayno", revise: str | None = None) -> str:
    """A finished collage with this picture for mails, or its next revision; returns its number.

    It shows somebody who stays.
    """
    present(store, "somebody", campaign=campaign)
    draft = store.collages.begin(campaign, revise)
    try:
        (draft.directory / "collage-1024.jpg").write_bytes(picture)
        store.collages.publish(draft, manifest(draft.id, ["somebody"], campaign=campaign))
    finally:
        os.close(draft.lock)
    return draft.id


def opens(store: Store, campaign: str = "sayno") -> list[dict[str, Any]]:
    """Every record of opens; checks that they contain only what is allowed."""
    records = list(store.opens.read(campaign))
    for record in records:
        assert {"time", "campaign", "collage", "class"} <= record.keys() <= ALLOWED
    return records


def sent(store: Store, public_id: str, address: str, campaign: str = "sayno") -> None:
    """The send log's record of a delivered mail."""
    record = {"time": "2026-11-20T06:04:05Z", "collage": "0001", "photo": public_id, "address": address}
    for state in ("intended", "sent"):
        store.sends.add(campaign, record | {"state": state, "message_id": f"<{public_id}@example.org>"})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


Make = Callable[..., Notifier]
