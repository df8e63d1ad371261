"""A PNG in strips is one picture, however it is cut; its checksum is that of the whole."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging.rendering import png
from scripts.sandbox.stored import png_chunks

MODES = {1: "L", 3: "RGB", 4: "RGBA"}
Rows = NDArray[np.uint8]


@st.composite
def cut_pictures(draw: st.DrawFn) -> tuple[Rows, list[int]]:
    """Any picture of at most 40×40, and where it is cut into strips."""
    height, width, channels = draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.sampled_from(sorted(MODES)))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.sampled_from([1, 2, 256]))  # flat, black and white, noise
    rows = (chance.integers(0, levels, (height, width, channels)) * (255 // max(1, levels - 1))).astype(np.uint8)
    cuts = draw(st.sets(st.integers(1, height - 1))) if height > 1 else set()
    return rows, sorted(cuts)


def file_of(rows: Rows, cuts: list[int], dpi: float | None = None) -> bytes:
    height, width, channels = rows.shape
    strips = (png.compress(rows[top:bottom]) for top, bottom in zip([0, *cuts], [*cuts, height], strict=True))
    return b"".join(png.assemble(width, height, channels, strips, dpi))


@given(cut_pictures())
def test_any_picture_cut_anywhere_is_read_again_exactly(cut: tuple[Rows, list[int]]) -> None:
    rows, cuts = cut
    data = file_of(rows, cuts)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.mode == MODES[rows.shape[2]]
        assert opened.size == (rows.shape[1], rows.shape[0])
        assert opened.tobytes() == rows.tobytes()
    assert {kind for kind, _ in png_chunks(data)} == {"IHDR", "IDAT", "IEND"}


@given(cut_pictures())
def test_the_chunks_are_one_zlib_stream_of_all_rows(cut: tuple[Rows, list[int]]) -> None:
    """With its checksum, which Pillow does not look at."""
    rows, cuts = cut
    stream = b"".join(body for kind, body in png_chunks(file_of(rows, cuts)) if kind == "IDAT")
    reader = zlib.decompressobj()
    plain = reader.decompress(stream) + reader.flush()
    assert reader.eof
    assert reader.unused_data == b""
    assert len(plain) == rows.nbytes + rows.shape[0]


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=5))
def test_a_joined_checksum_is_that_of_the_whole(pieces: list[bytes]) -> None:
    checksum = 1
    for piece in pieces:
        checksum = png.joined_checksum(checksum, zlib.adler32(piece), len(piece))
    assert checksum == zlib.adler32(b"".join(pieces))


@pytest.mark.parametrize("length", [65_520, 65_521, 65_522, 300_000])
def test_a_joined_checksum_is_right_beyond_its_modulus(length: int) -> None:
    first, second = b"\xff" * length, b"\xfe" * (2 * length)
    joined = png.joined_checksum(zlib.adler32(first), zlib.adler32(second), len(second))
    assert joined == zlib.adler32(first + second)


def test_a_strip_refers_to_nothing_above_it() -> None:
    rows = np.random.default_rng(3).integers(0, 256, (20, 30, 4), np.uint8)
    assert png.compress(rows[7:]) == png.compress(rows[7:].copy())


def test_the_resolution_is_carried_where_one_is_given() -> None:
    data = file_of(np.zeros((2, 3, 3), np.uint8), [], 300)
    (resolution,) = [body for kind, body in png_chunks(data) if kind == "pHYs"]
    assert struct.unpack(">IIB", resolution) == (11811, 11811, 1)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@given(cut_pictures())
def test_a_picture_that_is_quick_to_read_is_read_by_us_as_by_others(cut: tuple[Rows, list[int]]) -> None:
    rows = np.ascontiguousarray(np.repeat(cut[0][:, :, :1], 3, axis=2))
    rows[:, :, 1] += 7
    height, width, _ = rows.shape
    data = png.encoded(rows.tobytes(), width, height)
    read = png.decoded(data)
    assert read is not None
    assert np.array_equal(read, rows)
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.convert("RGB").tobytes() == rows.tobytes()


@given(cut_pictures())
def test_a_picture_of_another_kind_is_left_to_others(cut: tuple[Rows, list[int]]) -> None:
    assert png.decoded(file_of(*cut)) is None


NOISE = np.random.default_rng(3).integers(0, 256, (40, 30, 3), np.uint8)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_picture_never_reads_as_another(place: int, change: int) -> None:
    whole = png.encoded(NOISE.tobytes(), 30, 40)
    place %= len(whole)
    data = whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :]
    try:
        read = png.decoded(data)
    except ValueError:
        return
    assert read is None or np.array_equal(read, NOISE)  # a chunk's checksum is not looked at; the picture's is


@pytest.mark.parametrize("kept", [1, 30, 60, 0.5, 0.99])
def test_a_picture_cut_short_is_not_read(kept: float) -> None:
    whole = png.encoded(NOISE.tobytes(), 30, 40)
    data = whole[: int(kept * len(whole)) if kept < 1 else int(kept)]
    with contextlib.suppress(ValueError):
        assert png.decoded(data) is None
