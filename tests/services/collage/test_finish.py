"""What somebody may ask for: prints, formats, backgrounds."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.collages.manifests import Print
from app.core import limits
from app.core.errors import BadParameters
from app.services.collage.finish import LONGEST, SHORTEST, Finish, canvas, finish, from_json


@pytest.mark.parametrize(
    ("size", "dpi", "pixels"),
    [
        ("3000x2000mm", None, (11_811, 7_874)),
        ("3000x2000mm", 100, (11_811, 7_874)),
        ("10000x5000mm", 100, (39_370, 19_685)),
        ("210×297 mm", 300, (2_480, 3_508)),
        ("148.5x210mm", 300, (1_754, 2_480)),
    ],
)
def test_the_canvas_of_a_print_is_its_size_in_pixels(size: str, dpi: int | None, pixels: tuple[int, int]) -> None:
    wanted = finish(size, dpi)
    assert wanted.print is not None
    assert canvas(wanted.print) == pixels
    assert wanted.format == "png"


@pytest.mark.parametrize(
    ("kind", "name"), [("png", "collage.png"), ("jpeg", "collage.jpg"), ("tiff", "collage.tif"), ("pdf", "collage.pdf")]
)
def test_the_format_of_a_print_is_that_of_its_file(kind: str, name: str) -> None:
    assert finish("300x200mm", formats=["webp", kind]).master == name
    assert finish().master == "collage.png"


def test_formats_for_screens_are_added_whatever_their_order() -> None:
    assert finish(formats=["avif", "webp", "avif"]).derivatives == ("jpeg", "webp", "avif")
    assert finish("300x200mm", formats=["tiff", "webp"]).derivatives == ("jpeg", "webp")
    assert finish().derivatives == ("jpeg",)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"size": "3x2m"}, r"in millimetres, such as 3000x2000mm, not '3x2m'\."),
        ({"size": "3000x2000"}, r"such as 3000x2000mm"),
        ({"size": "-3x2mm"}, r"such as 3000x2000mm"),
        ({"size": "0x0mm"}, r"has 0×0 pixels; each side must have from 16 to 200,000\. "),
        ({"size": "3000x2000mm", "dpi": 0}, r"dpi must be from 1 to 2400, not 0\."),
        ({"size": "3000x2000mm", "dpi": 600}, r"has 70866×47244 pixels; at most 2 gigapixels are possible"),
        ({"size": "99000x100mm"}, r"each side must have from 16 to 200,000"),
        (
            {"size": "20000x1000mm", "formats": ["jpeg"]},
            r"has 78740×3937 pixels; JPEG ends at 65,535 a side, .*Choose png, tiff or pdf",
        ),
        ({"size": "300x200mm", "formats": ["png", "pdf"]}, r"one format, not png and pdf"),
        ({"formats": ["tiff"]}, r"The format tiff is that of a print, so name its size"),
        ({"formats": ["gif"]}, r"'gif' is not a format; known are png, jpeg, tiff, pdf, webp, avif\."),
        ({"dpi": 300}, r"dpi is the resolution of a print"),
        ({"background": "orange"}, r"a colour such as #FF9416, not 'orange'\."),
        ({"background": "#FFF"}, r"a colour such as #FF9416"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(wish: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadParameters, match=sentence) as refused:
        finish(**wish)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 2400), st.sampled_from(["png", "jpeg", "tiff"]))
def test_what_is_accepted_is_within_the_limits(width: int, height: int, dpi: int, kind: str) -> None:
    try:
        wanted = finish(f"{width}x{height}mm", dpi, [kind]).print
    except BadParameters:
        return
    assert wanted is not None
    across, down = canvas(wanted)
    assert SHORTEST <= min(across, down) <= max(across, down) <= LONGEST
    assert across * down <= limits.PRINT_PIXELS
    assert kind != "jpeg" or max(across, down) <= 65_500


@pytest.mark.parametrize("made", [Finish(), finish("210x297mm", 300, ["pdf", "avif"], "#ff9416")])
def test_a_finish_survives_the_way_to_the_job(made: Finish) -> None:
    assert from_json(asdict(made)) == made


def test_a_background_is_a_colour() -> None:
    assert finish(background="#FF9416").colour == (255, 148, 22)
    assert finish().colour is None
    assert finish("3000x2000mm").print == Print(3000, 2000, 100, "png")
