"""Many different people quickly, builds within the test's own process, and readers for the formats of files."""

from __future__ import annotations

import functools
import io
import itertools
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging import copies
from app.adapters.store import Store
from app.services.collage.build import build
from app.services.collage.plan import Parameters, plan
from scripts.sandbox.samples import once, prepared

Pixels = NDArray[np.uint8]

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
CAMPAIGN = "sayno"
APPROVED = 1_790_000_000.0  # seconds since 1970: approval of the first; the others follow a second apart

DRAWN = 6  # people who are really drawn; the others are these in other colours, mirrored, upside down
CHANNELS = list(itertools.permutations(range(3)))
STEPS = [(1, 1), (1, -1), (-1, 1), (-1, -1)]  # along y and x
DISTINCT = DRAWN * len(CHANNELS) * len(STEPS)


@functools.cache
def _drawn(seed: int) -> tuple[Pixels, Pixels]:
    person = prepared(seed)
    return decoded(person.archive), decoded(person.intermediate)


def _varied(index: int, pixels: Pixels) -> Image.Image:
    variant = index // DRAWN
    y, x = STEPS[variant // len(CHANNELS)]
    return Image.fromarray(np.ascontiguousarray(pixels[::y, ::x, CHANNELS[variant % len(CHANNELS)]]))


@functools.cache
def archive(index: int) -> bytes:
    """A JPEG of 1500×2000, different for each index below `DISTINCT`."""
    return once(f"archive-{index}", lambda: as_jpeg(_varied(index, _drawn(index % DRAWN)[0])))


@functools.cache
def intermediate(index: int) -> bytes:
    """A PNG of 300×400 with its copies, different for each index below `DISTINCT`."""
    return once(f"intermediate-{index}", lambda: as_intermediate(_varied(index, _drawn(index % DRAWN)[1])))


@functools.cache
def plain_archive(colour: str = "magenta") -> bytes:
    """An archive of one colour."""
    return as_jpeg(Image.new("RGB", (1500, 2000), colour))


@functools.cache
def plain_intermediate(colour: str = "magenta") -> bytes:
    """An intermediate of one colour."""
    return as_intermediate(Image.new("RGB", (300, 400), colour))


@functools.cache
def harlequin(colour: str, *others: str) -> bytes:
    """An intermediate of one colour whose copies, from the smallest, have other colours."""
    pictures = [Image.new("RGB", size, other) for size, other in zip(copies.SIZES, others, strict=True)]
    inside = {picture.size: as_jpeg(picture, copies.QUALITY, subsampling=0) for picture in pictures}
    return copies.insert(as_png(Image.new("RGB", (300, 400), colour)), inside)


def as_intermediate(picture: Image.Image) -> bytes:
    """A picture of 300×400 as a PNG with smaller copies inside, all made by Pillow."""
    smaller = [picture.resize(size, Image.Resampling.LANCZOS) for size in copies.SIZES]
    inside = {one.size: as_jpeg(one, copies.QUALITY, subsampling=0) for one in smaller}
    return copies.insert(as_png(picture), inside)


def distinct(png: bytes, number: int) -> bytes:
    """An intermediate with the same pixels that differs for each number, which is in a text chunk (tEXt)."""
    body = b"tEXtNumber\0%06d" % number
    text = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = png.rindex(b"IEND") - 4
    made = bytearray(png[:end] + text + png[end:])
    at = made.find(copies.CHUNK)
    if at > 0:  # the copies only count as whole if the file's length is the one they name
        length = int.from_bytes(made[at - 4 : at], "big")
        made[at + 4 : at + 8] = len(made).to_bytes(4, "big")
        made[at + 4 + length : at + 8 + length] = zlib.crc32(made[at : at + 4 + length]).to_bytes(4, "big")
    return bytes(made)


def as_jpeg(picture: Image.Image, quality: int = 90, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


def as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def decoded(picture: bytes) -> Pixels:
    """Rows of pixels, as Pillow sees them."""
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened)


def name(index: int) -> str:
    """The public ID of person `index`; alphabetical order is not order of approval."""
    return f"{index * 7919 % 10_007:05}-{index}"


def index_of(public_id: str) -> int:
    return int(public_id.rpartition("-")[2])


def put(
    store: Store,
    indices: range,
    campaign: str = CAMPAIGN,
    archive: Callable[[int], bytes] = lambda index: plain_archive(),
    intermediate: Callable[[int], bytes] = intermediate,
) -> list[str]:
    """Stores people, approved in the order of their indices; returns their public IDs. No two pictures are the same."""
    for index in indices:
        picture = distinct(intermediate(index), index)
        store.photos.put(campaign, name(index), archive(index), picture, APPROVED + index)
    return [name(index) for index in indices]


def break_intermediate(store: Store, public_id: str) -> None:
    """Keeps only its first half."""
    path = store.photos.intermediate_path(CAMPAIGN, public_id)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def break_archive(store: Store, public_id: str) -> None:
    """Keeps only its first half."""
    path = store.photos.archive_path(CAMPAIGN, public_id)
    approved = path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    os.utime(path, ns=(approved, approved))


def break_both(store: Store, *people: str) -> None:
    """Makes photos unreadable."""
    for public_id in people:
        break_intermediate(store, public_id)
        break_archive(store, public_id)


def nothing(part: float) -> None:
    """Ignores progress."""


def built(
    store: Store,
    campaign: str = CAMPAIGN,
    progress: Callable[[float], None] = nothing,
    now: datetime = NOW,
    **wish: Any,
) -> dict[str, Any]:
    """Builds a whole collage in this process and returns its manifest."""
    draft = store.collages.begin(campaign)
    try:
        return build(store, draft, plan(store, draft.campaign, Parameters(**wish)), now, progress)
    finally:
        os.close(draft.lock)


def contents(store: Store, collage: dict[str, Any]) -> dict[str, bytes]:
    """The files that a manifest names."""
    campaign, number = collage["campaign"], collage["id"]
    names = [file["name"] for file in collage["files"]]
    return {name: store.collages.file(campaign, number, name).read_bytes() for name in names}


def seated(collage: dict[str, Any]) -> list[str]:
    return [tile["public_id"] for tile in collage["tiles"]]


def png_chunks(picture: bytes) -> Iterator[tuple[str, bytes]]:
    """The chunks of a PNG, in order: type and data."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        yield kind.decode("ascii"), picture[place + 8 : place + 8 + length]
        place += 12 + length


def jpeg_markers(picture: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments of a JPEG, in order: marker (its second byte) and data; encoded data is skipped."""
    assert picture[:2] == b"\xff\xd8"
    place = 2
    while True:
        place = picture.index(b"\xff", place)
        marker = picture[place + 1]
        if marker == 0xD9:
            assert place + 2 == len(picture)
            return
        if marker in (0x00, 0xFF, *range(0xD0, 0xD8)):  # part of the encoded data
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", picture[place + 2 : place + 4])
        yield marker, picture[place + 4 : place + 2 + length]
        place += 2 + length
