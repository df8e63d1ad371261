"""Decoding with limits: only the named format."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters import imaging
from app.adapters.imaging.reading import opened
from app.core.errors import PictureError
from scripts.sandbox import pictures
from scripts.sandbox.pictures import jpeg, png, scene


def png_claiming(width: int, height: int) -> bytes:
    """A PNG with a header and no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def test_the_size_is_known_without_decoding() -> None:
    assert imaging.size(jpeg(scene(31, 47)), "jpeg") == (31, 47)
    assert imaging.size(png(scene(31, 47)), "png") == (31, 47)
    assert imaging.size(pictures.claiming(jpeg(scene(31, 47)), 40_000, 30_000), "jpeg") == (40_000, 30_000)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_the_size_of_what_is_no_picture_is_an_error(kind: imaging.Format, data: bytes) -> None:
    with pytest.raises(PictureError, match=f"not a complete {kind.upper()}"):
        imaging.size(data, kind)


@pytest.mark.parametrize("data", [png_claiming(30_000, 30_000), pictures.claiming(jpeg(scene(9, 9)), 7072, 7072)])
def test_what_claims_to_be_enormous_is_never_decoded(data: bytes) -> None:
    kind: imaging.Format = "png" if data[1:4] == b"PNG" else "jpeg"
    with pytest.raises(PictureError), opened(data, kind):
        pytest.fail("it was decoded")


def test_a_jpeg_is_never_decoded_smaller_than_requested() -> None:
    data = jpeg(scene(1500, 2000))
    for at_least in ((1500, 2000), (751, 1001), (750, 1000), (600, 800), (100, 134)):
        with opened(data, "jpeg", at_least=at_least) as image:
            assert image.width >= at_least[0]
            assert image.height >= at_least[1]
    with opened(data, "jpeg", at_least=(600, 800)) as image:
        assert image.size == (750, 1000), "and that is where the time is saved"


def test_names_that_mean_something_to_imagemagick_are_bytes() -> None:
    for data in (b"label:@/etc/passwd", b"xc:red", b"/etc/passwd", b"inline:data:", b"https://example.org/a.jpg"):
        with pytest.raises(PictureError):
            imaging.size(data, "jpeg")


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
)
@settings(deadline=None, max_examples=100)
def test_any_bytes_are_a_picture_or_an_error(data: bytes, beginning: bytes) -> None:
    for kind in ("jpeg", "png"):
        with contextlib.suppress(PictureError):
            assert len(imaging.cell(beginning + data, kind, 3, 4)) == 36


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_damaged_picture_is_a_picture_or_an_error(data: st.DataObject) -> None:
    whole = bytearray(jpeg(scene(60, 80)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PictureError):
        assert len(imaging.cell(bytes(whole), "jpeg", 30, 40)) == 30 * 40 * 3


def test_imagemagick_says_which_it_is_and_works() -> None:
    assert imaging.version().startswith("ImageMagick ")
    imaging.check()
