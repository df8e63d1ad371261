"""What the store should hold according to the stand-in, and what it does hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox.standin.client import Standin

CAMPAIGN_FOLDERS = ("test_prototype", "sayno", "other")


def expected(standin: Standin) -> dict[tuple[str, str], int]:
    """(campaign, public ID) → version of every photo that should be in the store."""
    return {
        (asset["asset_folder"], public_id): asset["version"]
        for public_id, asset in standin.state()["assets"].items()
        if asset["status"] == "approved" and asset["asset_folder"] in CAMPAIGN_FOLDERS
    }


def held(store: Store, exiftool: ExifTool) -> dict[tuple[str, str], int | None]:
    """(campaign, public ID) → version of every photo whose archive and intermediate are both in the store."""
    found = {}
    for campaign in store.root.campaigns():
        for photo in store.photos.all(campaign):
            assert store.photos.intermediate_path(campaign, photo.public_id).exists()
            path = store.photos.archive_path(campaign, photo.public_id)
            tags = exiftool.read([path])[path]
            assert tags.public_id == photo.public_id
            found[campaign, photo.public_id] = tags.version
    return found


def leftovers(store: Store) -> list[Path]:
    """Temporary files, and intermediates and variants without an archive."""
    temporary = [path for path in store.root.path.rglob("*") if ".tmp" in path.name or path.name.endswith("_tmp")]
    lonely = [
        path
        for path in store.root.path.glob("*/thumbnails/*")
        for stem in [path.name.removesuffix(".png").removesuffix(".thumb.jpg").removesuffix(".medium.jpg")]
        if not (path.parents[1] / "approved" / f"{stem}.jpg").exists()
    ]
    return temporary + lonely


def user_comment(path: Path) -> str:
    """UserComment, as read by a fresh exiftool."""
    answer = subprocess.run(["exiftool", "-s3", "-UserComment", path], capture_output=True, text=True, check=True)
    return answer.stdout.rstrip("\n")
