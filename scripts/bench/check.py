"""Checks that a collage shows the right picture: compares it with one pasted by Pillow at full quality."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageStat

from app.services.collage.layout import Layout
from scripts.bench.job import LONGEST_SIDES, Job

# Mean absolute difference of a tile, in levels of 255. Good filters differ by less than one; a neighbour's face in a
# tile, a grid that is a pixel off or a cheap filter differs by far more.
MEAN_TILE = 2.0
WORST_TILE = 5.0
COARSE = 8  # derivatives are compared by averages over squares of so many pixels: JPEG changes only grain
DERIVATIVE = 3.0  # mean over the whole picture; ImageMagick's default filter reaches 1.8 with thousands of small faces


@dataclass(frozen=True)
class Verdict:
    """`mean`, `worst`: mean and largest difference over all tiles; `wrong`: what is wrong, or ""."""

    mean: float
    worst: float
    wrong: str


def reference(job: Job) -> np.ndarray:
    """The correct collage, RGBA: each cell resized from its intermediate with LANCZOS."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(_row, [job] * job.rows, range(job.rows)))
    canvas = Image.new("RGBA", (job.width, job.height))
    for number, row in enumerate(rows):
        canvas.paste(Image.fromarray(row), (job.left, job.top + number * job.cell_height))
    return np.asarray(canvas)


def _row(job: Job, number: int) -> np.ndarray:
    cells = []
    for path in job.paths[number * job.cols : (number + 1) * job.cols]:
        with Image.open(path) as picture:
            small = picture.convert("RGB").resize((job.cell_width, job.cell_height), Image.Resampling.LANCZOS)
        cells.append(np.asarray(small))
    return np.hstack(cells)


def verdict(job: Job, known: np.ndarray) -> Verdict:
    """Checks the files in `job.out`; `known` is their `reference`."""
    try:
        with Image.open(job.target()) as opened:
            mode, picture = opened.mode, np.asarray(opened)
    except OSError as error:
        return Verdict(0, 0, f"no master: {error}")
    if mode != "RGBA" or picture.shape != known.shape:
        return Verdict(0, 0, f"the master is {mode} of {picture.shape[1]}×{picture.shape[0]}")
    if not np.array_equal(picture[..., 3], known[..., 3]):
        return Verdict(0, 0, "the padding is elsewhere")
    means = tile_means(job, np.abs(picture[..., :3].astype(np.int16) - known[..., :3]).mean(axis=2))
    wrong = ""
    if means.mean() > MEAN_TILE or means.max() > WORST_TILE:
        wrong = "another picture"
    return Verdict(float(means.mean()), float(means.max()), wrong or _derivatives(job, known))


def tiles(job: Job) -> list[tuple[slice, slice]]:
    """Rows and columns of the visible part of every cell, counted from the upper left."""
    result = []
    for row in range(job.rows):
        for col in range(job.cols):
            x, y = job.left + col * job.cell_width, job.top + row * job.cell_height
            across = slice(max(0, x), min(job.width, x + job.cell_width))
            result.append((slice(max(0, y), min(job.height, y + job.cell_height)), across))
    return result


def tile_means(job: Job, values: np.ndarray) -> np.ndarray:
    return np.array([values[tile].mean() for tile in tiles(job)])


def _derivatives(job: Job, known: np.ndarray) -> str:
    left, top, width, height = job.box
    part = Image.fromarray(known[top : top + height, left : left + width, :3])
    for longest in LONGEST_SIDES:
        try:
            with Image.open(job.target(longest)) as picture:
                if picture.format != "JPEG" or picture.size != job.derivative_size(longest):
                    return f"a derivative is {picture.format} of {picture.width}×{picture.height}"
                wanted = part.resize(picture.size, Image.Resampling.LANCZOS, reducing_gap=2.0)
                apart = ImageStat.Stat(
                    ImageChops.difference(picture.convert("RGB").reduce(COARSE), wanted.reduce(COARSE))
                ).mean
        except OSError as error:
            return f"no derivative: {error}"
        if sum(apart) / 3 > DERIVATIVE:
            return f"the derivative of {longest} is another picture ({sum(apart) / 3:.1f})"
    return ""


def job_for(directory: Path, names: list[str], layout: Layout, out: Path) -> Job:
    """What a rival needs to know about Collagen's layout (app.services.collage.layout.Layout)."""
    across, down = layout.horizontal, layout.vertical
    return Job(
        folder=str(directory),
        names=names,
        cols=across.cells,
        rows=down.cells,
        cell_width=across.cell,
        cell_height=down.cell,
        left=across.start,
        top=down.start,
        width=across.canvas,
        height=down.canvas,
        box=layout.box,
        out=str(out),
    )
