"""The sample people have the properties that other tests and the demonstration rely on."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from scripts.sandbox.people import address, as_format, portrait, portrait_image
from scripts.sandbox.samples import person
from tests.support.tiers import sampled

SEEDS = (0, 1, 2, 3, 5, 8, 4181)  # most of them are drawn for other tests anyway


@pytest.mark.parametrize("seed", sampled([*SEEDS], every=3))
def test_a_portrait_is_1500_by_2000_and_weighs_as_much_as_a_real_one(seed: int) -> None:
    written = person(seed)
    assert 150_000 <= len(written) <= 300_000
    with Image.open(BytesIO(written)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1500, 2000))
        assert not image.getexif()


def test_the_same_seed_is_the_same_picture() -> None:
    assert portrait(7) == person(7)
    # People drawn in between leave no trace.
    first = portrait_image(11, 300, 400).tobytes()
    portrait_image(12, 300, 400)
    assert portrait_image(11, 300, 400).tobytes() == first


def test_people_are_plainly_different_from_each_other() -> None:
    """The nearest two of the first forty differ by about 32 of 255 levels on average, any two of them by about 59."""
    people = [
        # Blurred, so that neither grain nor single hairs count: only what a glance at a collage sees.
        np.asarray(portrait_image(seed, 96, 128).filter(ImageFilter.GaussianBlur(2)), np.float32)
        for seed in range(24)
    ]
    nearest = min(float(np.abs(one - other).mean()) for n, one in enumerate(people) for other in people[n + 1 :])
    assert nearest > 20


def test_a_person_is_drawn_at_any_size() -> None:
    large = portrait_image(4, 600, 800).resize((150, 200), Image.Resampling.BOX)
    small = portrait_image(4, 150, 200)
    apart = np.abs(np.asarray(large, np.float32) - np.asarray(small, np.float32)).mean()
    assert apart < 8  # the same person, except for grain and single hairs
    assert portrait_image(4, 40, 40).size == (40, 40)
    assert portrait_image(4, 640, 360).size == (640, 360)


def test_a_small_portrait_as_png_weighs_as_much_as_a_small_photo() -> None:
    weights = [len(as_format(portrait_image(seed, 300, 400), "png")) for seed in SEEDS]
    assert min(weights) > 140_000
    assert max(weights) < 210_000
    assert 150_000 < sum(weights) / len(weights) < 190_000


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "heic"])
def test_a_portrait_can_be_had_in_the_formats_campaigns_receive(name: str) -> None:
    import pillow_heif  # here, because it is slow to load and only HEIC needs it

    pillow_heif.register_heif_opener()
    image = portrait_image(9, 300, 400)
    with Image.open(BytesIO(as_format(image, name))) as again:
        assert again.size == (300, 400)
        assert again.format == {"heic": "HEIF"}.get(name, name.upper())
        apart = np.abs(np.asarray(again.convert("RGB"), np.float32) - np.asarray(image, np.float32)).mean()
    assert apart < 5


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'gif'"):
        as_format(Image.new("RGB", (4, 4)), "gif")


def test_every_seed_has_an_address_of_its_own() -> None:
    addresses = {address(seed) for seed in range(-50, 20_000)}
    assert len(addresses) == 20_050
    assert all(one.isascii() and one == one.lower() for one in addresses)
    assert {one.partition("@")[2] for one in addresses} == {"example.org", "example.com", "example.net"}
