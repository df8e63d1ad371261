"""Manifests of collages that nobody built, with any contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def manifest(collage: str = "0001", shown: Sequence[str] = ("p",), **more: Any) -> dict[str, Any]:
    """A valid manifest. `shown`: public IDs, in one row; `more`: other keys."""
    cols = len(shown)
    grid = {"cols": cols, "rows": 1, "cell_width": 300, "cell_height": 400, "used": cols, "left_out": 0, "cost": 0}
    return {
        "id": collage,
        "campaign": "sayno",
        "created_at": "2026-11-20T06:04:05Z",
        "canvas": {"width": 300 * cols, "height": 400},
        "layout": grid,
        "tiles": [
            {"public_id": public_id, "col": col, "row": 0, "x": 300 * col, "y": 0, "width": 300, "height": 400}
            for col, public_id in enumerate(shown)
        ],
        "left_out": [],
        "unreadable": [],
        "files": [{"name": "collage.png", "width": 300 * cols, "height": 400, "bytes": 7, "sha256": "0" * 64}],
    } | more
