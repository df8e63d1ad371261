"""ThumbHash: agrees with the reference implementation, and is found again in an intermediate."""

from __future__ import annotations

import base64
import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.adapters.imaging import copies
from app.adapters.imaging.thumbhash import MOST, thumbhash
from app.adapters.store.photos import placeholders
from scripts.sandbox.pictures import decoded, jpeg, png, scene, turned
from scripts.sandbox.samples import person, prepared
from tests.support.tiers import sampled


def speckled(width: int, height: int) -> bytes:
    return bytes(number * number * 37 % 251 for number in range(3 * width * height))


def smooth(width: int, height: int) -> bytes:
    return scene(width, height).tobytes()


# the results of rgbaToThumbHash of thumbhash 0.1.1 (npm) for the same pixels, opaque
REFERENCE = [
    (24, 32, smooth, "a0070a6d1a9356905678587977787887606308f877"),
    (32, 24, smooth, "a0f7096d9a9357769056888795887778606308f877"),
    (32, 32, smooth, "a0070a6f1a93567690568887958877898777083686808f07"),
    (7, 9, smooth, "a0070a651e8255906678587977787887706208f878"),
    (32, 5, smooth, "61f70961a083677580568858706217f878"),
    (24, 32, speckled, "e1f7010d027c0f876785767688787888ec7ff18766"),
    (32, 24, speckled, "e1f70115826a66a8c6f716c958566fc6093af67b6a"),
    (32, 32, speckled, "e1f7010f02894873b5a68a9a8a535d9a99f4c8a360fdf805"),
    (7, 9, speckled, "a0e7052d0604363d87a9784446467829509135056a"),
    (32, 5, speckled, "21f8012186ac6ba0a5418d434536900388"),
]


def numbers(found: bytes) -> list[int]:
    """The numbers packed into a hash."""
    first, second = int.from_bytes(found[:3], "little"), int.from_bytes(found[3:5], "little")
    head = [first & 63, first >> 6 & 63, first >> 12 & 63, first >> 18 & 31, first >> 23]
    head += [second & 7, second >> 3 & 63, second >> 9 & 63, second >> 15]
    return head + [part for byte in found[5:] for part in (byte & 15, byte >> 4)]


@pytest.mark.parametrize(("width", "height", "pixels", "expected"), REFERENCE)
def test_it_is_what_the_reference_makes(width: int, height: int, pixels: object, expected: str) -> None:
    made = numbers(thumbhash(width, height, pixels(width, height)))  # type: ignore[operator]
    wanted = numbers(bytes.fromhex(expected))
    assert len(made) == len(wanted)
    # a number half-way between two can be rounded either way: sums are taken in another order
    assert max(abs(one - other) for one, other in zip(made, wanted, strict=True)) <= 1
    assert sum(one != other for one, other in zip(made, wanted, strict=True)) <= 2


@given(st.integers(1, MOST), st.integers(1, MOST), st.randoms(use_true_random=False))
def test_whatever_the_picture_it_is_a_short_string_that_tells_its_mean(width: int, height: int, chance: object) -> None:
    pixels = chance.randbytes(3 * width * height)  # type: ignore[attr-defined]
    found = thumbhash(width, height, pixels)
    assert 5 < len(found) <= 26
    mean = sum(pixels) / len(pixels) / 255
    assert abs(numbers(found)[0] / 63 - mean) < 0.01


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 100, 50)])
def test_a_picture_of_one_colour_has_no_waves(colour: tuple[int, int, int]) -> None:
    assert set(thumbhash(24, 32, bytes(colour) * 768)[5:]) == {0}


@pytest.mark.parametrize(("width", "height", "length"), [(33, 1, 99), (1, 33, 99), (0, 0, 0), (2, 2, 11), (2, 2, 13)])
def test_another_size_is_refused(width: int, height: int, length: int) -> None:
    with pytest.raises(ValueError, match="Cannot hash"):
        thumbhash(width, height, bytes(length))


# In an intermediate


def test_every_intermediate_has_one_in_its_first_bytes() -> None:
    for seed in range(6):
        intermediate = prepared(seed).intermediate
        found = copies.placeholder(intermediate[:100])
        assert found is not None
        assert 15 < len(found) <= 26
        small = decoded(intermediate).resize((24, 32), Image.Resampling.LANCZOS)
        expected = numbers(thumbhash(24, 32, small.tobytes()))
        assert max(abs(a - b) for a, b in zip(numbers(found), expected, strict=True)) <= 4
    assert len({base64.b64encode(copies.placeholder(prepared(seed).intermediate) or b"") for seed in range(6)}) == 6


@pytest.mark.parametrize("orientation", sampled(range(1, 9), every=3))
def test_it_is_upright(orientation: int) -> None:
    found = copies.placeholder(turned(orientation).intermediate)
    assert found is not None
    assert numbers(found)[8] == 0, "it stands"


@functools.cache
def plain() -> bytes:
    return png(scene(300, 400))


def test_it_changes_nothing_of_the_copies_and_the_pixels() -> None:
    inside = {size: jpeg(scene(*size)) for size in copies.SIZES}
    without, with_one = copies.insert(plain(), inside), copies.insert(plain(), inside, b"placeholder")
    assert decoded(with_one).tobytes() == decoded(without).tobytes() == scene(300, 400).tobytes()
    assert copies.complete(without)
    assert copies.complete(with_one)
    assert copies.placeholder(without) is None
    assert copies.placeholder(with_one) == b"placeholder"
    for size in copies.SIZES:
        assert copies.find(with_one, len(with_one), *size) == inside[size]


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_the_store_reads_what_imaging_writes_and_neither_takes_anything_else_for_it(
    inside: bytes, cut: int, change: int
) -> None:
    whole = copies.insert(plain(), {}, inside)
    assert copies.placeholder(whole) == placeholders.placeholder(whole) == (inside or None)
    changed = bytearray(whole[:cut])
    if changed:
        changed[-1] ^= change
    found = copies.placeholder(bytes(changed))
    assert found == placeholders.placeholder(bytes(changed))
    assert found is None or found == inside


def test_a_file_that_is_none_has_none() -> None:
    for data in (b"", b"x" * 40, person(0)[:4096], plain()[:4096], b"\xff" * 4096):
        assert copies.placeholder(data) is None
        assert placeholders.placeholder(data) is None
