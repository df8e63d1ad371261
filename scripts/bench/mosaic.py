"""Measures builds of mosaics, from the store to finished files, against a build of the same people without one."""

from __future__ import annotations

import argparse
import colorsys
import functools
import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from app.services.collage import job
from app.services.collage.mosaic import picture
from app.services.collage.mosaic.wish import Mosaic
from app.services.collage.plan import Parameters
from scripts.bench import pictures
from scripts.bench.measure import measure
from scripts.sandbox.people import portrait

USUAL = (999, 5_000)
CANVAS = 3072, 4096
SIZE = 600, 800


def targets(own: list[Path]) -> dict[str, bytes | None]:
    """The pictures to show, by name; None for a collage without one."""
    drawn: dict[str, bytes | None] = {"none": None}
    if own:
        return drawn | {path.stem: path.read_bytes() for path in own}
    return drawn | {"portrait": portrait(1), "all hues": _written(_hues()), "two colours": _written(_logo())}


def _hues() -> Image.Image:
    """Every hue across, from dark to light down."""
    across, down = np.linspace(0, 1, 60), np.linspace(0.1, 0.9, 80)
    rows = [[colorsys.hls_to_rgb(hue, light, 0.6) for hue in across] for light in down]
    return Image.fromarray((np.array(rows) * 255).astype(np.uint8)).resize(SIZE)


def _logo() -> Image.Image:
    drawn = Image.new("RGB", SIZE, "#ff9416")
    ImageDraw.Draw(drawn).ellipse((100, 200, 500, 600), fill="#1b2a49")
    return drawn


def _written(drawn: Image.Image) -> bytes:
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def compare(cache: Path, photos: int, wanted: Mapping[str, bytes | None], repeat: int) -> None:
    """Builds each and prints its row."""
    store, campaign = pictures.campaign(cache, photos)
    for name, file in wanted.items():
        shutil.rmtree(store.root.path / campaign / "collages", ignore_errors=True)
        mosaic = None if file is None else Mosaic(picture.target(file), repeat)
        wish = Parameters(width=CANVAS[0], height=CANVAS[1], mosaic=mosaic)
        found = measure(functools.partial(lambda wish: job.start(store, campaign, wish).process, wish))
        said = "failed"
        if not found.status:
            manifest = store.collages.manifest(campaign, store.collages.ids(campaign)[-1]).as_json()
            fit = manifest.get("mosaic")
            said = f"{fit['error']:>8.1f}{fit['random_error']:>8.1f}" if fit else ""
        print(f"{photos:>6}  {name:<14}{found.wall:>8.1f}{found.cpu:>8.1f}{found.memory / 1e6:>9.0f}{said}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/mosaic", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, action="append", metavar="N", help="number of photos; can be repeated")
    parser.add_argument("--picture", type=Path, action="append", default=[], help="a picture to show; can be repeated")
    parser.add_argument("--repeat", type=int, default=1, help="everyone at most so many times (default: 1)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, canvas {CANVAS[0]}×{CANVAS[1]}. ΔE: from the picture, and of a random seating.\n")
    print(f"{'photos':>6}  {'picture':<14}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'ΔE':>8}{'random':>8}")
    for photos in asked.photos or USUAL:
        compare(asked.cache, photos, targets(asked.picture), asked.repeat)


if __name__ == "__main__":
    main()
