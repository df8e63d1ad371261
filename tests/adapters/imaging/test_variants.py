"""Variants: the promised sizes, small enough, sharpened, and never the cause of a lost photo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from app.adapters import imaging
from app.adapters.imaging import Decoder, variants
from app.adapters.imaging.reading import opened
from app.adapters.imaging.variants import VARIANTS
from app.adapters.store.photos import paths
from scripts.sandbox.pictures import (
    as_srgb,
    decoded,
    jpeg,
    mean_difference,
    middle,
    pixels,
    profile_with_wider_colours,
    scene,
    turned,
)
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.stored import jpeg_markers
from tests.support import hostile
from tests.support.tiers import sampled

SEEDS = range(6)  # of sample people
SIZES = {"thumb": (150, 200)}


def test_the_sizes_are_those_that_pages_and_the_store_count_on() -> None:
    assert {name: (one.width, one.height) for name, one in VARIANTS.items()} == SIZES
    assert tuple(VARIANTS) == paths.VARIANTS


@pytest.mark.parametrize("seed", sampled([*SEEDS], every=2))
def test_each_shows_the_photo_as_a_progressive_jpeg_without_metadata(seed: int) -> None:
    files = prepared(seed)
    assert set(files.variants) == set(SIZES)
    for name, size in SIZES.items():
        data = files.variants[name]
        image = decoded(data)
        assert isinstance(image, JpegImageFile)
        assert (image.size, image.mode, image.format) == (size, "RGB", "JPEG")
        assert image.info["progressive"] == 1
        assert {"exif", "icc_profile", "comment", "dpi", "xmp"} & set(image.info) == set()
        assert image.info["jfif_density"] == (1, 1)
        assert {marker for marker, _ in jpeg_markers(data)} & {0xE1, 0xE2, 0xED, 0xFE} == set()
        assert mean_difference(data, middle(decoded(person(seed)), *size)) < 3


@pytest.mark.parametrize("name", VARIANTS)
def test_a_changed_byte_is_noticed_even_where_it_decodes(name: str) -> None:
    whole = prepared(0).variants[name]
    coded = whole.partition(variants.CHECKSUM)[0]
    assert variants.intact(whole)
    for place in range(0, len(coded), len(coded) // 20):
        assert not variants.intact(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]), place


@pytest.mark.parametrize("name", VARIANTS)
def test_one_without_a_checksum_as_earlier_versions_made_it_is_the_same_picture(name: str) -> None:
    whole = prepared(0).variants[name]
    earlier = whole.partition(variants.CHECKSUM)[0] + variants.END
    assert variants.intact(earlier)
    assert decoded(earlier).tobytes() == decoded(whole).tobytes()


def test_each_is_at_least_a_third_smaller_than_the_next_larger_picture() -> None:
    for seed in SEEDS:
        files = prepared(seed)
        shown = [*(files.variants[name] for name in SIZES), imaging.copies.without(files.intermediate)]
        weights = [len(one) for one in shown]
        assert all(3 * smaller <= 2 * larger for smaller, larger in pairwise(weights)), weights
        assert weights[-1] < len(files.archive)  # that one is there for collages


def test_beside_archive_and_intermediate_a_photo_takes_an_eighth_more_at_most() -> None:
    files = [prepared(seed) for seed in SEEDS]
    plain = sum(len(one.archive) + len(imaging.copies.without(one.intermediate)) for one in files)
    whole = sum(len(one.archive) + len(one.intermediate) + sum(map(len, one.variants.values())) for one in files)
    assert whole < 1.125 * plain


def detail(picture: Image.Image | bytes) -> float:
    """How much neighbouring pixels differ."""
    values = pixels(picture).astype(int)
    return float(np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean())


@pytest.mark.parametrize("name", SIZES)
def test_they_are_lightly_sharpened(name: str) -> None:
    for seed in range(3):
        plain = middle(decoded(person(seed)), *SIZES[name])
        made = prepared(seed).variants[name]
        assert 1.01 < detail(made) / detail(decoded(jpeg(plain, quality=85))) < 1.3


def test_what_is_even_stays_even() -> None:
    ramp = Image.fromarray(np.tile(np.linspace(60, 200, 1500).astype(np.uint8)[None, :, None], (2000, 1, 3)))
    for name, size in SIZES.items():
        seen = pixels(imaging.prepare(jpeg(ramp)).variants[name]).astype(int)
        assert np.abs(seen - pixels(middle(ramp, *size)).astype(int))[4:-4, 4:-4].max() <= 4
    grey = imaging.prepare(jpeg(Image.new("RGB", (1500, 2000), (120, 90, 60))))
    for data in grey.variants.values():
        assert np.abs(pixels(data).astype(int) - (120, 90, 60)).max() <= 1


@pytest.mark.parametrize("orientation", sampled(range(1, 9), every=3))
def test_they_are_upright(orientation: int) -> None:
    found = turned(orientation)
    for made in found.variants.values():
        small = decoded(made).resize((150, 200), Image.Resampling.LANCZOS)
        assert mean_difference(small, decoded(found.intermediate).resize((150, 200), Image.Resampling.LANCZOS)) < 2


def test_their_colours_are_srgb() -> None:
    profile = profile_with_wider_colours()
    picture = scene(600, 800)
    expected = as_srgb(picture, profile)
    for name, made in imaging.prepare(jpeg(picture, icc_profile=profile)).variants.items():
        assert mean_difference(made, middle(expected, *SIZES[name])) < 3
        assert "icc_profile" not in decoded(made).info


def test_a_photo_that_has_to_be_cut_or_enlarged_is_cut_and_enlarged_once() -> None:
    for size in ((60, 80), (2000, 1500)):
        picture = scene(*size)
        for name, made in imaging.prepare(jpeg(picture)).variants.items():
            assert decoded(made).size == SIZES[name]
            assert mean_difference(made, middle(picture, *SIZES[name])) < 4


def test_they_change_nothing_of_archive_and_intermediate() -> None:
    for picture in (person(0), jpeg(scene(300, 400))):
        whole = prepared(0) if picture == person(0) else imaging.prepare(picture)
        without = imaging.prepare(picture, ())
        assert without.variants == {}
        assert (without.archive, without.intermediate) == (whole.archive, whole.intermediate)
        assert imaging.prepare(picture, ("thumb",)).variants == {"thumb": whole.variants["thumb"]}


def test_the_same_picture_is_the_same_bytes() -> None:
    assert imaging.prepare(person(1)) == prepared(1)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


@pytest.mark.parametrize("name", sampled([*hostile.TAKEN], every=3))
def test_a_strange_picture_that_is_taken_is_stored_with_them_all(name: str, decoder: Decoder) -> None:
    made = decoder.prepare(hostile.TAKEN[name]())
    assert decoded(made.archive).size == (1500, 2000)
    assert decoded(made.intermediate).size == (300, 400)
    assert {one: decoded(data).size for one, data in made.variants.items()} == SIZES


def test_one_that_cannot_be_made_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """ImageMagick refuses a size of zero, as it refuses one that it has no memory for."""
    monkeypatch.setitem(variants.VARIANTS, "other", variants.Variant(0, 1600, 85, "2x2"))
    with opened(person(0), "jpeg") as image:
        assert set(variants.made(image, (*SIZES, "other"))) == {"thumb"}


def test_the_decoder_hands_over_what_there_is(decoder: Decoder) -> None:
    assert decoder.prepare(person(2)) == prepared(2)
    assert decoder.prepare(hostile.inserted(person(2), b"")) == prepared(2)
