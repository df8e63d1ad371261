"""Measures how close a finished collage comes to the people's archives: PSNR and SSIM of every tile.

A tile's reference is made from the archive of 1500×2000 at full precision (Pillow, LANCZOS, no shortcuts); the tile is
cut from the finished master. PSNR covers the three channels together. SSIM is of luma (BT.601), over every window of
8×8 pixels with equal weight, and the usual constants (0.01 and 0.03 of 255, squared).
"""

from __future__ import annotations

import argparse
import functools
import io
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from app.adapters import imaging
from app.adapters.store import Store
from app.services.collage import job as process
from app.services.collage import layout
from app.services.collage.build import Parameters
from scripts.bench import check
from scripts.bench.pictures import APPROVED, Unsynced, public_id
from scripts.sandbox.people import portrait
from scripts.sandbox.stored import distinct

CANVAS = 4096
PEOPLE = 40  # are drawn; all others repeat one of these
WINDOW = 8
LUMA = np.array((0.299, 0.587, 0.114))
FIRST, SECOND = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Decibels; 99 for identical pictures."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return min(99.0, 10 * np.log10(255**2 / error)) if error else 99.0


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean structural similarity of two pictures' lumas; 1 for identical ones."""
    first, second = one @ LUMA, other @ LUMA
    mean_1, mean_2 = _means(first), _means(second)
    variance_1 = _means(first * first) - mean_1**2
    variance_2 = _means(second * second) - mean_2**2
    together = _means(first * second) - mean_1 * mean_2
    above = (2 * mean_1 * mean_2 + FIRST) * (2 * together + SECOND)
    return float((above / ((mean_1**2 + mean_2**2 + FIRST) * (variance_1 + variance_2 + SECOND))).mean())


def _means(values: np.ndarray) -> np.ndarray:
    """The mean of every window, from sums over everything above and to the left."""
    down, across = (min(WINDOW, side) for side in values.shape)
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    within = sums[down:, across:] - sums[:-down, across:] - sums[down:, :-across] + sums[:-down, :-across]
    means: np.ndarray = within / (down * across)
    return means


def person(folder: Path | None, number: int) -> imaging.Prepared:
    """A photo as the store keeps it."""
    if folder is None:
        return imaging.prepare(portrait(number))
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    return imaging.prepare(found[number % len(found)].read_bytes())


def wanted(archive: bytes, size: tuple[int, int]) -> np.ndarray:
    """The cell as it should be."""
    with Image.open(io.BytesIO(archive)) as picture:
        return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def compare(store: Store, campaign: str, people: list[imaging.Prepared], photos: int) -> str:
    """Builds a collage of the first `photos` people and prints how close it comes."""
    grid = layout.best(photos, CANVAS, CANVAS)
    build = process.start(store, campaign, Parameters())
    build.wait()
    if build.process.returncode:
        raise SystemExit("The collage could not be built.")
    job = check.job_for(Path(), [""] * grid.used, grid, store.collages.directory(campaign, build.id))
    with Image.open(job.target()) as opened:
        picture = np.asarray(opened.convert("RGB"))
    references = [wanted(one.archive, (job.cell_width, job.cell_height)) for one in people]
    decibels, similar = [], []
    manifest = store.collages.manifest(campaign, build.id).as_json()
    for tile, place in zip(manifest["tiles"], check.tiles(job), strict=True):
        down, across = place
        # the part of an outermost cell that is clipped
        y = down.start - (job.top + tile["row"] * job.cell_height)
        x = across.start - (job.left + tile["col"] * job.cell_width)
        shown = picture[place]
        known = references[int(tile["public_id"][1:]) % len(people)][y : y + shown.shape[0], x : x + shown.shape[1]]
        decibels.append(psnr(shown, known))
        similar.append(ssim(shown, known))
    return (
        f"{photos:>6}{f'{job.cell_width}×{job.cell_height}':>10}{statistics.mean(decibels):>12.2f}{min(decibels):>8.2f}"
        f"{statistics.mean(similar):>12.4f}{min(similar):>9.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/quality", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, action="append", metavar="N", help="(default: 221, 999, 5000, 20000)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="JPEGs to use instead of generated people")
    asked = parser.parse_args()
    sizes = sorted(asked.photos or (221, 999, 5_000, 20_000))
    with tempfile.TemporaryDirectory(prefix="collagen-bench-") as directory:
        store = Store(Path(directory), Unsynced())
        store.root.initialise()
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            people = list(pool.map(functools.partial(person, asked.folder), range(min(PEOPLE, sizes[-1]))))
        print(f"{'photos':>6}{'cell':>10}{'PSNR, mean':>12}{'least':>8}{'SSIM, mean':>12}{'least':>9}")
        for photos in sizes:
            campaign = f"of-{photos}"
            for number in range(photos):
                one = people[number % len(people)]
                picture = distinct(one.intermediate, number)
                store.photos.put(campaign, public_id(number), one.archive, picture, APPROVED + number, APPROVED)
            print(compare(store, campaign, people, photos), flush=True)


if __name__ == "__main__":
    main()
