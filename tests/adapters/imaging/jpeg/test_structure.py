"""The cost of a JPEG is known before it is decoded."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.adapters import imaging
from app.adapters.imaging.jpeg.structure import bare, structure
from app.core import limits
from app.core.errors import PictureError
from scripts.sandbox.pictures import claiming, jpeg, pixels, scene
from tests.support import hostile
from tests.support.hostile import inserted, segment


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_costs_too_much_or_makes_no_sense_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(PictureError, match=r"^[A-Z][^\n]{10,200}\.$"):
        imaging.prepare(hostile.REFUSED[name]())


def test_as_much_work_as_is_let_in_is_within_the_decoders_processor_time() -> None:
    picture = hostile.repeated_scan(68, 3535, 3535)
    assert structure(picture).scans == 78
    decoder = imaging.Decoder()
    try:
        decoder.prepare(picture)
    except PictureError as error:
        assert "processor time" not in str(error)  # noqa: PT017 -- either way is right but for that
    finally:
        decoder.close()


@pytest.mark.parametrize(
    ("options", "scans", "coefficients"),
    [
        ({"subsampling": 0}, 1, 0),
        ({"subsampling": 2}, 1, 0),
        ({"subsampling": 0, "progressive": True}, 10, 3 * 128 * 38 * 50),
        ({"subsampling": 2, "progressive": True}, 10, 128 * (38 * 50 + 2 * 19 * 25)),
    ],
)
def test_scans_and_coefficients_are_counted(options: dict[str, object], scans: int, coefficients: int) -> None:
    found = structure(jpeg(scene(300, 400), **options))
    assert (found.width, found.height, found.components) == (300, 400, 3)
    assert (found.scans, found.coefficients) == (scans, coefficients)
    assert found.reduction() == 1


@pytest.mark.parametrize(
    ("size", "reduction"), [((4000, 3000), 1), ((4032, 4031), 2), ((8160, 6120), 2), ((12_000, 4000), 2)]
)
def test_a_large_picture_is_decoded_smaller_than_it_is(size: tuple[int, int], reduction: int) -> None:
    assert structure(claiming(jpeg(scene(60, 80)), *size)).reduction() == reduction


def test_a_large_progressive_picture_is_decoded_smaller_or_refused() -> None:
    assert structure(hostile.progressive(3000, 4000)).reduction() == 1
    assert structure(hostile.progressive(5000, 5000)).reduction() == 2
    assert structure(hostile.progressive(5700, 5700)).reduction() == 8
    with pytest.raises(PictureError, match="takes 224 MB to decode; the limit is 200 MB"):
        structure(hostile.progressive(6120, 6120)).reduction()


def test_a_progressive_picture_of_one_colour_takes_a_third() -> None:
    assert structure(hostile.progressive(6120, 8160, colours=1)).reduction() in (2, 4)


def test_all_limits_can_be_reached_and_not_passed() -> None:
    data = jpeg(scene(30, 40))
    already = len([1 for at in range(len(data) - 1) if data[at] == 0xFF and 0 < data[at + 1] != 0xFF]) - 1
    structure(inserted(data, segment(0xFE, b"") * (limits.SEGMENTS - already - 20)))
    with pytest.raises(PictureError, match="over 1000 segments"):
        structure(inserted(data, segment(0xFE, b"") * limits.SEGMENTS))
    assert structure(hostile.many_scans(limits.SCANS - 10)).scans == limits.SCANS
    with pytest.raises(PictureError, match="over 100 scans"):
        structure(hostile.many_scans(limits.SCANS - 9))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"keep_rgb": True}, {"quality": 30}])
def test_a_bare_picture_is_the_same_picture(options: dict[str, object]) -> None:
    data = jpeg(scene(300, 400), **options)
    assert bare(data) == data
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    dressed = jpeg(scene(300, 400), exif=exif.tobytes(), comment=b"SecretComment", xmp=b"<x>SecretXmp</x>", **options)
    assert dressed.count(b"Secret") == 3
    assert bare(dressed + b"SecretTrailer") == data
    assert (pixels(bare(dressed)) == pixels(dressed)).all()


def test_a_picture_in_a_jfif_extension_goes() -> None:
    data = jpeg(scene(30, 40))
    assert bare(inserted(data, segment(0xE0, b"JFXX\0\x10" + data[:9000]))) == data


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_any_damage_is_a_structure_or_an_error(data: st.DataObject) -> None:
    picture = bytearray(jpeg(scene(24, 32), progressive=True))
    for _ in range(data.draw(st.integers(1, 6))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PictureError):
        structure(bytes(picture)).reduction()
        bare(bytes(picture))
