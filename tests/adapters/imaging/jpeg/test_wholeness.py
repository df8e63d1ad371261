"""A JPEG is judged by its pixels: metadata never gets a picture refused, and stored pictures lack no pixel."""

from __future__ import annotations

import functools
import random
import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.adapters import imaging
from app.adapters.imaging.jpeg import icc, ifd, orientation, restarts
from app.adapters.imaging.jpeg.structure import decodable
from app.adapters.imaging.reading import opened
from app.adapters.imaging.saving import raw
from app.core.errors import PictureError
from scripts.sandbox import pictures
from scripts.sandbox.pictures import Pixels, decoded, jpeg, mean_difference, pixels, scene
from tests.support.hostile import inserted, segment

RESTART = re.compile(rb"\xff[\xd0-\xd7]")
XMP = b"http://ns.adobe.com/xap/1.0/\0"
PACKET = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>%s</rdf:RDF></x:xmpmeta>"


def seen(data: bytes) -> Pixels:
    with opened(data, "jpeg") as image:
        return np.frombuffer(raw(image), np.uint8).reshape(image.height, image.width, 3)


# Metadata


@pytest.mark.parametrize(
    "segments",
    [
        [segment(0xE1, XMP + PACKET % b'<Container:Item Item:Mime="image/jpeg"/>')],  # Ultra HDR
        [segment(0xE1, XMP + PACKET % b"<photoshop:DocumentAncestors><rdf:Bag>")],
        [segment(0xE1, XMP + b"\xff\xfe<\0x\0")],
        [segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8) + b"<")],
        [segment(0xE1, b"Exif\0\0MM\0*" + b"\xff" * 400)],
        [segment(0xE2, b"MPF\0II*\0" + b"\xff" * 90), segment(0xE2, b"ICC_PROFILE\0\x02\x01half a profile")],
        [segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\xff\xff" + b"\x1c\x02" * 40)],
        [segment(0xEB, b"JP\0\x01" + bytes(300)), segment(0xFE, b"\0" * 9)],
        [segment(kind, bytes([kind]) * 60_000) for kind in range(0xE1, 0xEE)],
    ],
)
@pytest.mark.parametrize("size", [(1500, 2000), pytest.param((300, 400), marks=pytest.mark.thorough)])
def test_metadata_of_any_kind_refuses_no_picture_and_changes_none(segments: list[bytes], size: tuple[int, int]) -> None:
    plain = jpeg(scene(*size))
    dressed = inserted(plain, *segments)
    assert decodable(dressed) == plain, "no decoder sees any of it"
    assert imaging.prepare(dressed, ()) == prepared(plain)


@functools.cache
def prepared(plain: bytes) -> imaging.Prepared:
    return imaging.prepare(plain, ())


@pytest.mark.parametrize("orders", ["little", "big"])
@pytest.mark.parametrize("kind", [3, 4])
def test_the_orientation_is_read_in_both_byte_orders_and_as_any_number(orders: str, kind: int) -> None:
    start, mark = (b"II*\0", "<") if orders == "little" else (b"MM\0*", ">")
    for value in (1, 6, 8, 0, 9):
        number = struct.pack(f"{mark}H2x" if kind == 3 else f"{mark}I", value)
        entries = struct.pack(f"{mark}HHHI", 2, 0x010F, 2, 1) + b"x\0\0\0" + struct.pack(f"{mark}HHI", 0x0112, kind, 1)
        body = ifd.START + start + struct.pack(f"{mark}I", 8) + entries + number
        assert orientation.read(body) == (value if 1 <= value <= 8 else 1)


@given(st.binary(max_size=60), st.sampled_from([b"", b"Exif\0\0II*\0", b"Exif\0\0MM\0*\0\0\0\x08"]))
def test_any_bytes_have_an_orientation(body: bytes, start: bytes) -> None:
    assert 1 <= orientation.read(start + body) <= 8


@given(st.integers(128, 200_000), st.randoms(use_true_random=True))  # that of Hypothesis draws each byte alone
def test_a_profile_is_put_together_again_in_any_order_or_left_out(size: int, chance: random.Random) -> None:
    profile = struct.pack(">I", size) + bytes(32) + b"acsp" + chance.randbytes(size - 40)
    bodies = list(icc.segments([icc.START + b"\x01\x01" + profile[:100], b"MPF\0"]))
    assert bodies == [], "not whole"
    parts = [profile[at : at + 30_000] for at in range(0, size, 30_000)]
    bodies = [icc.START + bytes((number, len(parts))) + part for number, part in enumerate(parts, 1)]
    chance.shuffle(bodies)
    assert icc.joined(bodies) == profile
    assert icc.joined(icc.segments(bodies)) == profile
    assert icc.joined(bodies[1:]) == b""


def test_a_profile_in_two_segments_in_the_wrong_order_is_applied() -> None:
    profile = pictures.profile_with_red_and_green_exchanged()
    parts = [profile[: len(profile) // 2], profile[len(profile) // 2 :]]
    bodies = [icc.START + bytes((number, 2)) + part for number, part in enumerate(parts, 1)]
    data = inserted(jpeg(scene(300, 400)), *(segment(0xE2, body) for body in reversed(bodies)))
    expected = pictures.as_srgb(decoded(jpeg(scene(300, 400))), profile)
    assert mean_difference(imaging.prepare(data, ()).intermediate, expected) < 3


# Pixels

WITH_RESTARTS = {
    "after each row": {"restart_marker_rows": 1},
    "after each block": {"restart_marker_blocks": 1},
    "after seven blocks, colours apart": {"restart_marker_blocks": 7, "subsampling": 0},
    "grey": {"restart_marker_blocks": 5},
}


def restarting(name: str) -> bytes:
    picture = scene(330, 410)
    return jpeg(picture.convert("L") if name == "grey" else picture, **WITH_RESTARTS[name])


def with_stray_bytes(data: bytes, most: int, seed: int = 1) -> bytes:
    """As webcams and scanners write it: up to `most` meaningless bytes before each restart marker and the end."""
    chance = random.Random(seed)
    strays = [bytes([chance.choice((0, 0x12, 0x7F))]) * chance.randrange(most + 1) for _ in RESTART.findall(data)]
    parts = zip(RESTART.split(data), [*RESTART.findall(data), b""], [*strays, b""], strict=True)
    return b"".join(part + stray + mark for part, mark, stray in parts)


@pytest.mark.parametrize("name", WITH_RESTARTS)
@pytest.mark.parametrize("most", [1, 3, 40])
def test_stray_bytes_before_restart_markers_change_no_pixel(name: str, most: int) -> None:
    whole = restarting(name)
    spoilt = with_stray_bytes(whole, most)
    assert len(spoilt) > len(whole)
    assert (seen(spoilt) == seen(whole)).all()
    if most == 40 and name in ("after each row", "grey"):  # fewer are among them
        assert imaging.prepare(spoilt, ()).intermediate == imaging.prepare(whole, ()).intermediate


@pytest.mark.parametrize("name", WITH_RESTARTS)
@pytest.mark.parametrize("most", [0, 3, 40])
@pytest.mark.parametrize("lost", ["an interval", "a marker", "bytes of an interval", "the last interval", "the end"])
def test_missing_pixels_are_found_among_any_number_of_stray_bytes(name: str, most: int, lost: str) -> None:
    whole = restarting(name)
    marks = [found.start() for found in RESTART.finditer(whole)]
    middle, last = len(marks) // 2, marks[-1]
    cut = {
        "an interval": (marks[middle], marks[middle + 1]),
        "a marker": (marks[middle], marks[middle] + 2),
        "bytes of an interval": (marks[middle] + 2, marks[middle + 1]),
        "the last interval": (last, len(whole) - 2),
        "the end": (marks[middle] + 3, len(whole)),
    }[lost]
    with pytest.raises(PictureError, match="This is not a complete JPEG"):
        imaging.prepare(with_stray_bytes(whole[: cut[0]] + whole[cut[1] :], most), ())


@pytest.mark.parametrize("name", WITH_RESTARTS)
def test_the_parts_between_restart_markers_have_every_block_of_the_picture(name: str) -> None:
    whole = restarting(name)
    parts = [pixels(part) for part in restarts.parts(whole)]
    blocks = 64 if name == "grey" or "apart" in name else 256  # pixels
    across, down = (-(-side // int(blocks**0.5)) for side in (330, 410))
    assert sum(part.shape[0] * part.shape[1] for part in parts) == across * down * blocks
    every = np.concatenate([part.reshape(-1) for part in parts])
    assert abs(every.mean() - pixels(whole).mean()) < 3


def test_a_picture_without_its_end_marker_is_whole_if_all_else_is_there() -> None:
    data = jpeg(scene(300, 400))
    assert (seen(data[:-2]) == seen(data)).all()
    for missing in (60, 1000):
        with pytest.raises(PictureError):
            seen(data[:-missing])
    progressive = jpeg(scene(300, 400), progressive=True)
    scans = [found.start() for found in re.finditer(rb"\xff\xda", progressive)]
    for cut in (*scans[1:], len(progressive) - 2):
        with pytest.raises(PictureError):
            seen(progressive[:cut])


@pytest.mark.parametrize(
    "header", [segment(0xEE, b"Adobe\0\x64\0\0\0\0\x07"), segment(0xE0, b"JFIF\0\x09\x09\0\0\1\0\1\0\0")]
)
def test_a_mistake_in_what_says_how_colours_are_read_refuses_no_picture(header: bytes) -> None:
    plain = jpeg(Image.new("RGB", (300, 400), "tomato"))
    start = plain.index(b"\xff\xdb")
    assert (seen(plain[:2] + header + plain[start:]) == seen(plain)).all()
