"""Photos that wait for a moderator."""

from __future__ import annotations

from scripts.sandbox.pictures import jpeg, scene
from scripts.sandbox.standin.client import Standin

PICTURE = jpeg(scene(600, 800))


def put_waiting(standin: Standin, photos: int, folder: str = "sayno") -> list[str]:
    """Adds so many photos; returns their public IDs, p000 first, who waits longest."""
    ids = [f"p{number:03}" for number in range(photos)]
    rows = [
        {"public_id": public_id, "asset_folder": folder, "status": "pending", "display_name": f"Person {public_id}"}
        for public_id in ids
    ]
    for each in (rows[:1], rows[1:]):  # in one second, or in two
        standin.upload_many(PICTURE, each)
    return ids
