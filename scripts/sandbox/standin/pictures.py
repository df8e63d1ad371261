"""A stored picture, and the JPEG that `f_jpg` makes of it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import pillow_heif
from PIL import Image, ImageOps

# Above this the stand-in never asks Pillow for pixels: tests store pictures that claim to be enormous.
MOST_PIXELS = 100_000_000

_FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "HEIF": "heic", "TIFF": "tif"}
_CONTENT_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_CONTENT_TYPES |= {"heic": "image/heic", "gif": "image/gif", "tif": "image/tiff", "bmp": "image/bmp"}


def prepare_pillow() -> None:
    """Teaches Pillow HEIC and sets its size limit to MOST_PIXELS; once, in the stand-in's own process."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Picture:
    """The uploaded bytes and their properties; assets with the same picture share this object."""

    data: bytes
    format: str
    width: int
    height: int
    etag: str
    sha256: str

    @classmethod
    def of(cls, data: bytes, filename: str = "") -> Picture:
        """Inspects the bytes; unlike Cloudinary, it also accepts bytes that are no picture, to feed tests."""
        try:
            with Image.open(io.BytesIO(data)) as image:
                name = _FORMATS.get(image.format or "", (image.format or "").lower())
                width, height = image.size
        except Exception:  # whatever Pillow raises for hostile bytes: they are kept, under the name they came with
            name, width, height = PurePosixPath(filename).suffix.lstrip(".").lower() or "jpg", 0, 0
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return cls(data, name, width, height, md5, hashlib.sha256(data).hexdigest())

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES.get(self.format, "application/octet-stream")

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """All tags as exiftool prints them, which Cloudinary uses, too."""
        done = subprocess.run(["exiftool", "-j", "-"], input=self.data, capture_output=True, check=False)
        return json.loads(done.stdout)[0] if done.stdout.strip() else {}

    @cached_property
    def as_jpeg(self) -> bytes:
        """The result of `f_jpg`: a JPEG stays as it is; the rest is decoded, turned upright and put on white.

        Derived pictures carry no metadata. What cannot be decoded or claims too many pixels is passed on raw.
        """
        if self.format == "jpg" or self.width * self.height > MOST_PIXELS:
            return self.data
        try:
            with Image.open(io.BytesIO(self.data)) as image:
                flat = _on_white(ImageOps.exif_transpose(image))
        except Exception:  # a truncated or invented file: the reader under test should see it
            return self.data
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=95)
        return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """The picture as RGB without transparency."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return white
