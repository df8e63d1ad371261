"""Pictures are cut around faces, which the real detector finds."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from app.adapters import imaging
from app.adapters.imaging import Decoder
from app.core.errors import PictureError
from scripts.sandbox import pictures
from scripts.sandbox.people import portrait_image
from scripts.sandbox.pictures import decoded, jpeg, mean_difference
from tests.support.child import python
from tests.support.tiers import sampled

pytest.importorskip("dlib")

WHO = (9, 2)  # sample people whose faces look at the camera


@cache
def drawn(seed: int) -> Image.Image:
    return portrait_image(seed, 450, 600)


def landscape(*lefts: float) -> Image.Image:
    """Sample people on a plain wall, 1200×600; `lefts`: distance from the left edge of each, in widths of the
    picture.
    """
    wall = Image.new("RGB", (1200, 600), (120, 140, 160))
    for seed, left in zip(WHO, lefts, strict=False):
        wall.paste(drawn(seed), (round(1200 * left), 0))
    return wall


def place(prepared: imaging.Prepared, picture: Image.Image) -> float:
    """Where the cut begins, as a fraction of the picture's width; checks that both files show that cut."""
    cut, (width, height) = prepared.cut, picture.size
    assert cut is not None
    box = (round(cut.left * width), round(cut.top * height), round(cut.right * width), round(cut.bottom * height))
    part = picture.crop(box).resize((300, 400), Image.Resampling.LANCZOS)
    assert mean_difference(prepared.intermediate, part) < 3
    assert mean_difference(decoded(prepared.archive).resize((300, 400), Image.Resampling.LANCZOS), part) < 3
    return cut.left


@pytest.mark.parametrize("left", [0.0, 0.2, 0.625])
def test_a_person_at_the_side_of_a_landscape_picture_is_in_the_middle_of_the_cell(left: float) -> None:
    picture = landscape(left)
    prepared = imaging.prepare(jpeg(picture), ())
    assert place(prepared, picture) == pytest.approx(left, abs=0.03), "the portrait has the shape of a cell"
    assert prepared.cut is not None
    assert prepared.cut.why == "face"


@pytest.mark.parametrize("orientation", sampled(range(1, 9), every=3))
def test_a_picture_that_lies_on_its_side_is_cut_around_the_face_too(orientation: int) -> None:
    upright = landscape(0.0)
    # as a camera stores it: the inverse of the orientation makes it upright
    undone = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = upright if undone is None else upright.transpose(Image.Transpose(undone))
    data = pictures.oriented(stored, orientation)
    assert mean_difference(ImageOps.exif_transpose(decoded(data)), upright) < 3
    prepared = imaging.prepare(data, ())
    assert place(prepared, upright) == pytest.approx(0, abs=0.03)
    if orientation == 6:
        assert place(imaging.prepare(data, (), 1.0), upright) == 0.625, "also by hand"


def test_the_face_of_a_tall_picture_keeps_its_hair() -> None:
    tall = Image.new("RGB", (450, 1000), (120, 140, 160))
    tall.paste(drawn(9), (0, 0))
    prepared = imaging.prepare(jpeg(tall), ())
    assert prepared.cut is not None
    assert (prepared.cut.why, prepared.cut.top < 0.12) == ("face", True)


def test_two_who_fit_are_both_kept() -> None:
    wall = Image.new("RGB", (1200, 600), (120, 140, 160))
    for seed, left in zip(WHO, (20, 215), strict=True):
        wall.paste(drawn(seed).resize((190, 253)), (left, 100))
    cut = imaging.prepare(jpeg(wall), ()).cut
    assert cut is not None
    assert cut.left * 1200 <= 60
    assert cut.right * 1200 >= 370


@pytest.mark.parametrize(("width", "height"), sampled([(1200, 600), (40, 10), (3, 1), (3000, 20), (1, 900)], every=2))
def test_a_picture_without_people_keeps_its_middle(width: int, height: int) -> None:
    cut = imaging.prepare(jpeg(pictures.scene(width, height)), ()).cut
    assert cut is not None
    assert cut.why == "middle"


def test_a_picture_of_the_right_shape_is_not_cut() -> None:
    assert imaging.prepare(jpeg(drawn(9)), ()).cut is None
    assert imaging.prepare(jpeg(drawn(9)), (), 0.3).cut is None


# The decoding process


@pytest.fixture
def make() -> Iterator[Callable[..., Decoder]]:
    made = []

    def decoder(*options: object) -> Decoder:
        made.append(Decoder(*options))  # type: ignore[arg-type]
        return made[-1]

    yield decoder
    for one in made:
        one.close()


def test_the_decoding_process_finds_the_same_faces_within_its_memory(make: Callable[..., Decoder]) -> None:
    decoder = make()
    picture = jpeg(landscape(0.0))
    assert decoder.prepare(picture) == imaging.prepare(picture)
    assert str(decoder.prepare(picture, 1.0).cut) == "62 % cut off, by hand"
    large = decoder.prepare(jpeg(landscape(0.0).resize((5000, 2500)), quality=80)).cut
    assert large is not None
    assert large.why == "face"


def test_without_the_package_the_middle_is_kept(make: Callable[..., Decoder]) -> None:
    cut = make(python("sys.modules['dlib'] = None\nserve()")).prepare(jpeg(landscape(0.0))).cut
    assert cut is not None
    assert (cut.why, round(cut.left, 2)) == ("middle", 0.31)


def test_dlib_is_not_loaded_on_an_unsupported_processor(tmp_path: Path) -> None:
    assert imaging.faces.why_not() is None
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags : fpu sse2 ssse3 sse4_2 popcnt\n")
    assert imaging.faces.why_not(cpuinfo) == "dlib needs a processor with AVX"


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_preview_is_the_whole_picture_upright_and_small(orientation: int, make: Callable[..., Decoder]) -> None:
    data = pictures.oriented(landscape(0.0).resize((2400, 1200)), orientation)
    shown = decoded(make().preview(data))
    upright = ImageOps.exif_transpose(decoded(data))
    assert max(shown.size) == 1200
    assert mean_difference(shown, upright.resize(shown.size, Image.Resampling.LANCZOS)) < 3
    assert "exif" not in shown.info


def test_a_preview_of_something_that_is_no_picture_is_refused(make: Callable[..., Decoder]) -> None:
    decoder = make()
    for data in (b"", b"<svg/>", jpeg(landscape())[:-2000]):
        with pytest.raises(PictureError):
            decoder.preview(data)
    assert Image.open(io.BytesIO(decoder.preview(jpeg(landscape(0.0))))).size == (1200, 600)
