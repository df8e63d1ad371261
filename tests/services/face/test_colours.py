"""A brand's colour: whatever it is, text can be read."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.services.face.colours import accents, contrast, ink_on

COLOURS = st.binary(min_size=3, max_size=3).map(lambda rgb: f"#{rgb.hex()}")
SHEET = (Path(__file__).parents[3] / "app/web/static/page.css").read_text()
LIGHT, DARK = (
    re.findall(r"--(?:ground|surface|sunken): (#[0-9a-f]{6})", part) for part in SHEET.split("prefers-color-scheme")[:2]
)


@given(COLOURS)
def test_links_and_buttons_can_be_read_on_every_ground_of_our_pages(colour: str) -> None:
    assert len(LIGHT) == len(DARK) == 3
    for accent, grounds in zip(accents(colour), (LIGHT, DARK), strict=True):
        for ground in (*grounds, accent.soft):
            assert contrast(accent.accent, ground) >= 4.5
            assert contrast(accent.strong, ground) >= 4.5
        assert contrast(accent.on_accent, accent.accent) >= 4.5
        assert contrast(accent.on_accent, accent.strong) >= 4.5


@given(COLOURS)
def test_the_band_has_the_brands_own_colour_and_text_that_can_be_read(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.3  # 4.3 for one grey in the middle: no ink is better


def test_contrast_is_as_wcag_defines_it() -> None:
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # WebAIM's example of just too little
