"""Folders of small pictures that differ from one another."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image


def picture(number: int, kind: str = "JPEG") -> bytes:
    """A picture of 30×40 pixels; other bytes for each number below 16 million."""
    out = io.BytesIO()
    Image.new("RGB", (30, 40), (number // 65536, number // 256 % 256, number % 256)).save(out, kind)
    return out.getvalue() + str(number).encode()  # JPEG alone would lose the smallest differences


def put(folder: Path, file: str, data: bytes) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
