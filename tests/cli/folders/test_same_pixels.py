"""A collage has the same pixels on every system that we support: ImageMagick 6 (Debian 12) and 7 (Debian 13)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import jpeg, oriented, png, profile_with_wider_colours, scene
from scripts.sandbox.service import ROOT
from tests.support.command import run
from tests.support.sources import LONG_AGO, write

EXPECTED = Path(__file__).with_name("same_pixels.png")  # as Debian 12 made it
# Levels of 255. ImageMagick 6.9.11 and 7.1.1 agree in every pixel; another processor may round a sum the other way.
ROUNDED = 1


def pictures() -> list[bytes]:
    """Whatever ImageMagick decodes, turns, crops, enlarges or converts, in one picture each."""
    tall, wide = scene(600, 800), scene(500, 330)
    return [
        jpeg(tall),
        jpeg(wide),
        jpeg(scene(90, 120)),
        oriented(scene(330, 500), 6),
        jpeg(tall.convert("L")),
        jpeg(tall, icc_profile=profile_with_wider_colours()),
        jpeg(tall, progressive=True, subsampling=0),
        png(wide),
        png(tall.convert("LA")),
        as_format(wide, "webp"),
        as_format(tall, "heic"),
        jpeg(scene(1500, 2000)),
    ]


def test_a_collage_has_the_same_pixels_under_every_imagemagick(tmp_path: Path) -> None:
    for number, data in enumerate(pictures()):
        write(tmp_path / "pictures" / f"{number:02}.jpg", data, LONG_AGO + number)
    place = ("--width", "320", "--height", "320", "--out", "out")
    answer = run("make", "pictures", *place, environ={"PYTHONPATH": str(ROOT)}, cwd=tmp_path, bare=True)
    assert answer.returncode == 0, answer.stderr
    with Image.open(tmp_path / "out/collage.png") as made, Image.open(EXPECTED) as expected:
        difference = np.abs(np.asarray(made, np.int16) - np.asarray(expected, np.int16))
    assert difference.max() <= ROUNDED
