"""Smaller copies inside an intermediate: found if undamaged, and never mistaken for anything else."""

from __future__ import annotations

import functools
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from app.adapters import imaging
from app.adapters.imaging import copies
from scripts.sandbox import pictures
from scripts.sandbox.pictures import decoded, jpeg, mean_difference, pixels, png, scene
from scripts.sandbox.samples import prepared
from scripts.sandbox.stored import jpeg_markers, png_chunks
from tests.support.tiers import sampled

Size = tuple[int, int]
SEEDS = range(6)  # of sample people


@functools.cache
def real() -> bytes:
    """An intermediate of a person."""
    return prepared(3).intermediate


@functools.cache
def plain() -> bytes:
    """The same without copies and placeholder, which are the second and third chunks."""
    end = copies.START
    for _ in range(2):
        end += struct.unpack_from(">I", real(), end)[0] + 12
    return real()[: copies.START] + real()[end:]


@functools.cache
def inside() -> dict[Size, bytes]:
    """The copies in it, read according to the chunk's description."""
    return read(real())


def read(intermediate: bytes) -> dict[Size, bytes]:
    (body,) = (data for kind, data in png_chunks(intermediate) if kind == "coPY")
    assert struct.unpack_from(">I", body)[0] == len(intermediate)
    entries = [struct.unpack_from(">IIII", body, 5 + 16 * number) for number in range(body[4])]
    found, at = {}, 5 + 16 * len(entries)
    for width, height, length, checksum in entries:
        found[width, height] = body[at : at + length]
        assert checksum == zlib.crc32(body[at : at + length])
        at += length
    assert at == len(body)
    return found


def find(data: bytes, width: int, height: int) -> bytes | None:
    return copies.find(data, len(data), width, height)


# Found


def test_each_size_has_its_copy() -> None:
    assert list(inside()) == list(copies.SIZES), "the smallest first"
    for size in copies.SIZES:
        copy = find(real(), *size)
        assert copy == inside()[size]
        image = decoded(copy or b"")
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        *(((1, 1), (38, 50)), ((36, 48), (38, 50)), ((38, 50), (38, 50))),
        *(((39, 50), (75, 100)), ((38, 51), (75, 100)), ((48, 64), (75, 100)), ((75, 100), (75, 100))),
        *(((76, 100), (150, 200)), ((75, 101), (150, 200)), ((150, 200), (150, 200))),
        *(((151, 200), None), ((150, 201), None), ((300, 400), None), ((1500, 2000), None)),
    ],
)
def test_the_smallest_copy_that_is_large_enough_is_chosen(wanted: Size, chosen: Size | None) -> None:
    assert find(real(), *wanted) == (inside()[chosen] if chosen else None)
    assert copies.reach(*wanted) == (copies.REACH[chosen] if chosen else None)


@given(st.dictionaries(st.integers(1, 60), st.binary(max_size=300), max_size=6), st.integers(1, 200), st.data())
def test_whatever_is_put_in_is_found_again(jpegs: dict[int, bytes], width: int, data: st.DataObject) -> None:
    height = data.draw(st.integers(max(1, width - 5), width + 80))
    made = copies.insert(plain(), {(3 * k, 4 * k): jpeg for k, jpeg in jpegs.items()})
    enough = [k for k in sorted(jpegs) if 3 * k >= width and 4 * k >= height]
    assert find(made, width, height) == (jpegs[enough[0]] if enough else None)


# Not found


def test_nothing_is_found_in_a_truncated_or_extended_file() -> None:
    for size in copies.SIZES:
        for length in (0, 1, len(real()) // 2, len(real()) - 1, len(real()) + 1, 2**32 + len(real())):
            assert copies.find(real(), length, *size) is None
        assert find(real()[:-1], *size) is None
        assert find(real() + b"\0", *size) is None


@pytest.mark.parametrize("data", [b"", b"\0", plain, bytes(100_000), b"\xff" * 100_000, b"<html>" * 1000, inside])
def test_nothing_is_found_in_a_file_without_the_chunk(data: object) -> None:
    made = data() if callable(data) else data
    made = made[150, 200] if isinstance(made, dict) else made  # a JPEG
    assert isinstance(made, bytes)
    for size in ((1, 1), *copies.SIZES):
        assert find(made, *size) is None


def test_a_beginning_that_is_too_short_has_no_copy_and_one_that_is_long_enough_has() -> None:
    for size, copy in inside().items():
        end = real().index(copy) + len(copy)
        for length in range(end + 20):
            assert copies.find(real()[:length], len(real()), *size) == (copy if length >= end else None)


PLACES = st.one_of(st.integers(0, 90), st.integers(0, 40_000))


@given(
    st.dictionaries(PLACES, st.integers(0, 255), max_size=8),
    st.one_of(st.none(), st.integers(0, 40_000)),
    st.one_of(st.just(0), st.integers(-5, 5)),
    st.sampled_from([(1, 1), (48, 64), (151, 200), *copies.SIZES]),
)
def test_whatever_happens_to_a_file_nothing_but_a_copy_of_it_is_found(
    changes: dict[int, int], cut: int | None, longer: int, size: Size
) -> None:
    changed = bytearray(real())
    for place, value in changes.items():
        changed[place] = value
    beginning = bytes(changed[:cut])
    found = copies.find(beginning, len(real()) + longer, *size)
    assert found is None or found in inside().values()
    if longer:
        assert found is None or any(place < copies.START + 12 for place in changes)


@given(st.binary(max_size=200), st.integers(0, 2**33), st.integers(0, 2**32), st.integers(0, 2**32))
def test_garbage_behind_the_name_of_the_chunk_is_no_error(data: bytes, length: int, width: int, height: int) -> None:
    beginning = real()[: copies.START + 4] + copies.CHUNK + data
    found = copies.find(beginning, length, width, height)
    assert found is None or found in data


# Changed files


def test_it_is_a_whole_png_with_two_more_chunks() -> None:
    kinds = []
    for kind, data in png_chunks(real()):
        kinds.append(kind)
        chunk = struct.pack(">I", len(data)) + kind.encode() + data
        assert chunk + struct.pack(">I", zlib.crc32(chunk[4:])) in real()
    assert kinds[:3] == ["IHDR", "haSH", "coPY"]
    assert set(kinds[3:-1]) == {"IDAT"}
    assert kinds[-1] == "IEND"


def test_a_reader_that_does_not_know_them_sees_the_same_pixels() -> None:
    own = scene(300, 400)
    other = {size: jpeg(Image.new("RGB", size, "red")) for size in copies.SIZES}
    made = copies.insert(png(own), other)
    image = decoded(made)
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (300, 400))
    assert image.tobytes() == own.tobytes()
    assert imaging.size(made, "png") == (300, 400)
    assert imaging.cell(made, "png", 300, 400) == own.tobytes()
    assert imaging.cell(real(), "png", 300, 400) == decoded(plain()).tobytes()


def test_an_intermediate_is_complete_with_all_of_them_and_only_then() -> None:
    assert copies.complete(real())
    for other in (plain(), real()[:-1], real() + b"\0", b"", real()[: copies.REACH[150, 200]]):
        assert not copies.complete(other)
    for size in copies.SIZES:
        assert not copies.complete(copies.insert(plain(), {k: v for k, v in inside().items() if k != size})), size
    assert copies.complete(copies.insert(plain(), inside()))


# Their contents


def test_they_hold_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    picture = jpeg(scene(500, 700), exif=exif.tobytes(), comment=b"SecretComment", dpi=(300, 200))
    assert picture.count(b"Secret") == 2
    found = read(imaging.prepare(picture, ()).intermediate)
    assert set(found) == set(copies.SIZES)
    for copy in (*found.values(), *inside().values()):
        assert b"Secret" not in copy
        segments = list(jpeg_markers(copy))
        # JFIF, quantisation, baseline frame, Huffman tables, scan
        assert {marker for marker, _ in segments} == {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
        (jfif,) = (data for marker, data in segments if marker == 0xE0)
        assert jfif == b"JFIF\0\1\1" + b"\0" + struct.pack(">HH", 1, 1) + b"\0\0", "no unit, 1×1, no thumbnail"


def test_they_keep_all_colours_and_have_the_quality_that_is_said() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=copies.QUALITY)
    tables = decoded(file.getvalue())
    assert isinstance(tables, JpegImageFile)
    for copy in inside().values():
        image = decoded(copy)
        assert isinstance(image, JpegImageFile)
        assert image.quantization == tables.quantization
        (frame,) = (data for marker, data in jpeg_markers(copy) if marker == 0xC0)
        assert [frame[7 + 3 * component] for component in range(3)] == [0x11] * 3, "4:4:4"


@pytest.mark.parametrize("orientation", sampled(range(1, 9), every=3))
def test_they_show_what_the_picture_shows_upright(orientation: int) -> None:
    intermediate = pictures.turned(orientation).intermediate
    for size, copy in read(intermediate).items():
        expected = decoded(intermediate).resize(size, Image.Resampling.LANCZOS)
        assert mean_difference(copy, expected) < 1.5


@pytest.mark.parametrize("seed", sampled(SEEDS, every=3))
def test_copies_of_people_equal_a_jpeg_of_the_picture_in_their_size(seed: int) -> None:
    intermediate = prepared(seed).intermediate
    for size, copy in read(intermediate).items():
        expected = decoded(intermediate).resize(size, Image.Resampling.LANCZOS)
        alone = mean_difference(jpeg(expected, quality=copies.QUALITY, subsampling=0), expected)
        assert mean_difference(copy, expected) < min(3, alone + 0.2), "no more than JPEG alone makes of it"
        for edge in (np.s_[:1], np.s_[-1:], np.s_[:, :1], np.s_[:, -1:]):
            assert mean_difference(pixels(copy)[edge], pixels(expected)[edge]) < 4


# Their size


@pytest.mark.parametrize("seed", sampled(SEEDS, every=3))
def test_copies_of_people_lie_within_reach_and_take_40_kb_at_most(seed: int) -> None:
    intermediate = prepared(seed).intermediate
    for size, reach in copies.REACH.items():
        assert copies.find(intermediate[:reach], len(intermediate), *size) is not None
    assert sum(map(len, read(intermediate).values())) <= 40_000
    assert list(copies.REACH) == list(copies.SIZES)
