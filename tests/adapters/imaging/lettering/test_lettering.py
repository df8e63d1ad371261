"""Text on pictures: within the picture, readable on any ground, in the right order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.adapters.imaging.lettering import CORNERS, contrast, fonts, order, written

Pixels = NDArray[np.uint8]
SIZE = 0.05
TEXTS = (
    "Say No 2026 ♏ · Montreal, Quebec",
    "♈♉♊♋♌♍♎♏♐♑♒♓",
    "שלום עולם 2026 ♈ · תל אביב",
    "قل لا 2026 · القاهرة",
    "Save the bees 🐝 2026",
    "Donaudampfschifffahrtsgesellschaft 2026 · Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "Ünïcödé",
)


def ground(kind: str, width: int = 300, height: int = 400) -> Pixels:
    random = np.random.default_rng(7)
    if kind == "noise":
        return random.integers(0, 256, (height, width, 3), np.uint8)
    if kind == "halves":
        return np.where(np.arange(width)[np.newaxis, :, np.newaxis] < width // 2, 0, 255).astype(np.uint8) * np.ones(
            (height, 1, 3), np.uint8
        )
    if kind == "gradient":
        return np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[:, np.newaxis], (height, width, 3)).copy()
    return np.full((height, width, 3), int(kind), np.uint8)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("width", "height"), [(300, 400), (300, 300)])
def test_text_of_every_kind_stays_within_its_corner(text: str, width: int, height: int) -> None:
    before = ground("140", width, height)
    for corner in CORNERS:
        changed = (written(before, text, corner, SIZE) != before).any(axis=2)
        rows, columns = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
        assert len(rows), "something was drawn"
        margin = round(SIZE * min(width, height) * 0.9)
        assert margin <= rows[0]
        assert rows[-1] < height - margin
        assert margin <= columns[0]
        assert columns[-1] < width - margin
        assert (rows[0] < height / 4) == corner.startswith("top")
        assert columns[-1] - columns[0] > width / 2 or (columns[0] < width / 4) == corner.endswith("left")


@pytest.mark.parametrize("kind", ["noise", "halves", "gradient", "0", "90", "120", "140", "188", "255"])
def test_letters_have_enough_contrast_on_every_ground(kind: str) -> None:
    covered = written(ground("0"), "Say No 2026", "bottom-right", SIZE)[:, :, 0]  # white letters, and no plate
    rows, columns = np.nonzero(covered.any(axis=1))[0], np.nonzero(covered.any(axis=0))[0]
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    bright = contrast.luminances(written(ground(kind), "Say No 2026", "bottom-right", SIZE)[box])
    letters, around = bright[covered[box] == 255], bright[covered[box] == 0]
    assert np.ptp(letters) < 0.01, "all of one colour"
    lighter, darker = (letters.min(), around.max()) if letters.mean() > around.mean() else (around.min(), letters.max())
    assert (lighter + 0.05) / (darker + 0.05) >= contrast.LEAST


@given(st.integers(0, 2**32 - 1), st.integers(1, 255))
def test_a_plate_always_reaches_the_contrast_and_is_no_darker_than_it_has_to_be(seed: int, spread: int) -> None:
    random = np.random.default_rng(seed)
    below = random.integers(256 - spread, 257, (8, 8, 3)) - random.integers(1, 257 - spread)
    pixels = np.clip(below, 0, 255).astype(np.uint8)
    white, opaque = contrast.plate(pixels)
    assert 0 <= opaque <= 1
    assert contrast.least(contrast.plated(pixels, opaque, white=white), white=white) >= contrast.LEAST
    if opaque > contrast.STEP:
        lighter = contrast.plated(pixels, opaque - 2 * contrast.STEP, white=white)
        assert contrast.least(lighter, white=white) < contrast.AIM


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Say No 2026 · Paris", ["Say No 2026 · Paris"]),
        ("אבג 12 ♈ דה", ["אבג 12 ♈ דה"]),
        ("abc אבג def", ["abc ", "אבג", " def"]),
        ("אבג abc דה", [" דה", "abc", "אבג "]),
        ("קח 🐝 abc", ["abc", " ", "🐝", "קח "]),
        ("a ❤️ b", ["a ", "❤️", " b"]),
        ("wait 日 what", ["wait what"]),
    ],
)
def test_parts_stand_as_they_are_read(text: str, shown: list[str]) -> None:
    def font_of(character: str) -> int | None:
        return None if character == "日" else int(character in "🐝❤")

    assert [part.text for part in order.parts(text, font_of)] == shown


@given(st.text(max_size=30))
def test_no_text_is_too_odd(text: str) -> None:
    found = order.parts(text, lambda one: 0)
    assert sorted("".join(part.text for part in found)) == sorted(" ".join(text.split()))
    assert "".join(order.clusters(text)) == text


@settings(max_examples=20)
@given(st.text(max_size=20), st.integers(1, 60), st.integers(1, 60))
def test_a_picture_keeps_its_size_however_small_it_is(text: str, width: int, height: int) -> None:
    before = np.full((height, width, 4), 99, np.uint8)
    assert written(before, text, "top-left", 0.2).shape == before.shape


def test_a_transparent_ground_gets_a_plate_of_its_own() -> None:
    before = np.zeros((200, 200, 4), np.uint8)
    after = written(before, "Say No", "bottom-right", 0.1)
    assert (after[:, :, 3] == 255).sum() > 500
    assert (after[:100, :100] == before[:100, :100]).all()


def test_what_writing_lacks_is_named_by_its_package(tmp_path: Path) -> None:
    assert fonts.missing(has=lambda part: False) == ["libfribidi0"]
    assert fonts.missing(font=tmp_path / "none.ttf") == ["fonts-dejavu-core"]


def test_what_is_needed_is_installed_with_the_tests() -> None:
    assert fonts.missing() == []
    assert {fonts.font_of(one) for one in "aאبא2♈♓"} == {0}


def test_no_empty_box_is_drawn_for_what_no_font_has() -> None:
    """Hindi's vowel signs also count as missing, which shaping would draw on a circle."""
    before = np.full((200, 200, 3), 99, np.uint8)
    for text in ("日本語", "हिन्दी"):
        assert (written(before, text, "bottom-right", 0.1) == before).all(), text
