"""Pictures to decode, and what another imaging library makes of them."""

from __future__ import annotations

import functools
import io
import struct
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from app.adapters import imaging
from scripts.sandbox.samples import once

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def scene(width: int, height: int) -> Image.Image:
    """A smooth colour picture whose mirror images and parts all differ."""
    return _scene(width, height).copy()


@functools.lru_cache(8)
def _scene(width: int, height: int) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    red, green, blue = 255 * x, 255 * y, 127 + 127 * np.sin(9 * x * y + 4 * x)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(image: Image.Image, **options: Any) -> bytes:
    return encoded(image, "JPEG", **({"quality": 95} | options))


def png(image: Image.Image, **options: Any) -> bytes:
    return encoded(image, "PNG", **options)


def decoded(data: bytes) -> Image.Image:
    """With all its pixels loaded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pixels(data: bytes | Image.Image) -> Pixels:
    """Rows of RGB."""
    image = decoded(data) if isinstance(data, bytes) else data
    return np.asarray(image.convert("RGB"))


def mean_difference(one: bytes | Image.Image | Pixels, other: bytes | Image.Image | Pixels) -> float:
    """The mean difference of two pictures of the same size over all pixels and colours, in levels of 255."""
    first, second = (part if isinstance(part, np.ndarray) else pixels(part) for part in (one, other))
    assert first.shape == second.shape
    return float((np.maximum(first, second) - np.minimum(first, second)).mean())


def middle(image: Image.Image, width: int, height: int) -> Image.Image:
    """The centre of a picture, cropped to the shape of `width`×`height` and scaled to that size."""
    return ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.LANCZOS)


def oriented(image: Image.Image, orientation: int) -> bytes:
    """A JPEG with this EXIF orientation."""
    exif = Image.Exif()
    exif[274] = orientation
    return jpeg(image, exif=exif.tobytes())


@functools.cache
def turned(orientation: int) -> imaging.Prepared:
    """The expected result for a picture that has to be cropped, enlarged and turned, `sideways`."""
    return once(f"turned-{orientation}", lambda: imaging.prepare(sideways(orientation)))


def sideways(orientation: int) -> bytes:
    return oriented(scene(200, 330), orientation)


def profile_with_red_and_green_exchanged() -> bytes:
    """An ICC profile in which (255, 0, 0) is the purest green."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    other = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
    for entry in range(struct.unpack_from(">I", data, 128)[0]):
        at = 132 + 12 * entry
        data[at : at + 4] = other.get(bytes(data[at : at + 4]), data[at : at + 4])
    return bytes(data)


def profile_with_wider_colours() -> bytes:
    """An ICC profile with primaries like Display P3's: the same numbers mean stronger colours."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.5151, 0.2412, -0.0011),
        b"gXYZ": (0.2920, 0.6922, 0.0419),
        b"bXYZ": (0.1571, 0.0666, 0.7841),
    }
    for entry in range(struct.unpack_from(">I", data, 128)[0]):
        name, offset, _ = struct.unpack_from(">4sII", data, 132 + 12 * entry)
        if name in primaries:
            struct.pack_into(">3i", data, offset + 8, *(round(value * 65536) for value in primaries[name]))
    return bytes(data)


def as_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None
    return converted


def claiming(data: bytes, width: int, height: int) -> bytes:
    """A JPEG whose header claims another size."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]
