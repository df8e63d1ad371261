"""XMP packets of our own: exiftool reads them, damaged ones are none, pictures stay what they were."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.adapters.imaging.looks import xmp

VALUES = {"version": "1790000000", "identifier": 'a/"b" <ü>&', "recipe": "0123456789abcdef", "seed": "7"}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=40)


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind)
    return out.getvalue()


PICTURES = {kind: picture(kind) for kind in ("JPEG", "PNG")}


@pytest.mark.parametrize("kind", PICTURES)
def test_exiftool_reads_what_was_written_and_the_pixels_stay(tmp_path: Path, kind: str) -> None:
    written = xmp.inserted(PICTURES[kind], VALUES)
    path = tmp_path / "picture"
    path.write_bytes(written)
    command = ["/usr/bin/exiftool", "-j", "-validate", "-warning", "-G1", "-XMP:all", str(path)]
    (row,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert str(row["XMP-xmpMM:VersionID"]) == VALUES["version"]
    assert row["XMP-dc:Identifier"] == VALUES["identifier"]
    assert row["XMP-collagen:Recipe"] == VALUES["recipe"]
    assert str(row["XMP-collagen:Seed"]) == VALUES["seed"]
    assert Image.open(io.BytesIO(written)).tobytes() == Image.open(io.BytesIO(PICTURES[kind])).tobytes()


@given(
    st.sampled_from(sorted(PICTURES)), st.dictionaries(st.from_regex("[a-z]{1,9}", fullmatch=True), TEXT, max_size=6)
)
def test_whatever_is_written_is_read_from_the_head(kind: str, values: dict[str, str]) -> None:
    assert xmp.values(xmp.inserted(PICTURES[kind], values)[: xmp.HEAD]) == values


@given(st.sampled_from(sorted(PICTURES)), st.integers(0, 900), st.binary(max_size=8))
def test_a_damaged_head_has_values_or_none_and_never_an_error(kind: str, at: int, noise: bytes) -> None:
    whole = xmp.inserted(PICTURES[kind], VALUES)
    found = xmp.values(whole[:at] + noise + whole[at + len(noise) :])
    assert found is None or set(found) <= {*VALUES} or noise
    cut = xmp.values(whole[:at])
    assert cut in (None, VALUES)


def test_a_picture_without_a_packet_and_a_packet_with_entities_have_none() -> None:
    assert [xmp.values(one) for one in (*PICTURES.values(), b"", b"GIF89a")] == [None] * 4
    bomb = xmp.inserted(PICTURES["PNG"], {"a": "x" * 60}).replace(b"x" * 60, b'<!ENTITY a "b">'.ljust(60))
    assert xmp.values(bomb) is None


def test_a_packet_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        xmp.packet({"a": "x" * xmp.LONGEST})
