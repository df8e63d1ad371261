"""What the decoding process reads of a picture for the catalogue."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.adapters.imaging import Decoder
from app.adapters.imaging.foreign.metadata import original
from app.core.errors import PictureError
from app.core.sources import CATALOGUED, LONGEST_TAG, Original
from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import jpeg, scene

TAGS = {
    "DateTimeOriginal": "2024:05:20 12:00:00",
    "OffsetTimeOriginal": "+02:00",
    "Make": "Canon",
    "GPSLatitude": "52.52",
    "GPSLatitudeRef": "N",
    "GPSLongitude": "13.405",
    "GPSLongitudeRef": "E",
}
EXIF_START = 30  # bytes into a JPEG with EXIF: in the middle of its first directory


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    running = Decoder()
    yield running
    running.close()


def tagged(picture: bytes, directory: Path, ending: str, **tags: str) -> bytes:
    path = directory / f"photo.{ending}"
    path.write_bytes(picture)
    values = [f"-EXIF:{name}#={value}" for name, value in tags.items()]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *values, str(path)], check=True)
    return path.read_bytes()


def with_ending(ending: str) -> bytes:
    if ending != "tiff":
        return as_format(scene(300, 400), ending)
    out = io.BytesIO()
    scene(300, 400).save(out, "TIFF")
    return out.getvalue()


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "heic", "tiff"])
def test_every_format_tells_the_same(decoder: Decoder, tmp_path: Path, ending: str) -> None:
    picture = jpeg(scene(300, 400)) if ending == "jpg" else with_ending(ending)
    data = tagged(picture, tmp_path, ending, **TAGS)
    found = decoder.original(data)
    assert (found.width, found.height, found.bytes) == (300, 400, len(data))
    assert {name: found.tags[name] for name in ("DateTimeOriginal", "OffsetTimeOriginal", "Make")} == {
        name: TAGS[name] for name in ("DateTimeOriginal", "OffsetTimeOriginal", "Make")
    }
    assert found.tags["GPSLatitude"] == "52 31 12"
    assert found.tags["GPSLongitudeRef"] == "E"


def test_a_photo_is_prepared_with_its_original_only_if_that_is_wanted(decoder: Decoder, tmp_path: Path) -> None:
    data = tagged(jpeg(scene(300, 400)), tmp_path, "jpg", **TAGS)
    assert decoder.prepare(data, any_format=True).original is None
    prepared = decoder.prepare(data, any_format=True, original=True)
    assert prepared.original == decoder.original(data)
    with Image.open(io.BytesIO(prepared.archive)) as archive:
        assert len(archive.getexif()) == 0


def test_a_picture_without_metadata_has_its_size(decoder: Decoder) -> None:
    data = jpeg(scene(30, 40))
    assert decoder.original(data) == Original(30, 40, len(data))


def test_what_is_no_picture_is_refused(decoder: Decoder) -> None:
    with pytest.raises(PictureError):
        decoder.original(b"no picture")


def test_long_values_are_cut(decoder: Decoder, tmp_path: Path) -> None:
    found = decoder.original(tagged(jpeg(scene(30, 40)), tmp_path, "jpg", Model="m" * 5000))
    assert found.tags["Model"] == "m" * LONGEST_TAG


@given(st.lists(st.tuples(st.integers(EXIF_START, 600), st.integers(0, 255)), min_size=1, max_size=30))
def test_broken_metadata_break_nothing(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_tagged_once())
    for place, value in changes:
        data[place] = value
    try:
        found = original(bytes(data))
    except PictureError:
        return
    assert set(found.tags) <= set(CATALOGUED)
    assert all(isinstance(value, str) and len(value) <= LONGEST_TAG for value in found.tags.values())


_KNOWN: list[bytes] = []


def _tagged_once() -> bytes:
    if not _KNOWN:
        exif = Image.Exif()
        exif[271] = "Canon"
        exif.get_ifd(0x8769).update({36867: "2024:05:20 12:00:00", 36881: "+02:00"})
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 29: "2024:05:20"})
        out = io.BytesIO()
        scene(30, 40).save(out, "JPEG", exif=exif)
        _KNOWN.append(out.getvalue())
    return _KNOWN[0]
