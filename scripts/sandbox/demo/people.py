"""Who takes part in the demonstration, and their pictures."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from scripts.sandbox.demo.progress import bar
from scripts.sandbox.people import as_format, portrait
from scripts.sandbox.service import ROOT

DRAWN = ROOT / "demo/people"
PEOPLE = 60
# file formats that supporters send: mostly JPEG, and other formats of phones and browsers
FORMATS = {3: "png", 11: "webp", 17: "heic", 29: "png", 37: "webp", 43: "heic"}
BY_FORM = (13, 26, 39)  # the others' photos come from an upload form of the campaign's website
WITHOUT_ADDRESS = (5, 23, 41)
ELSEWHERE = {7: "test_prototype", 31: "test_prototype", 53: "press"}  # "press" is no campaign
REJECTED_AGAIN = (2, 19, 47)


def draw_people() -> list[Path]:
    """Pictures of all people, in `DRAWN`; drawn by all cores the first time, then kept."""
    DRAWN.mkdir(parents=True, exist_ok=True)
    paths = [DRAWN / f"person-{seed:02}.{FORMATS.get(seed, 'jpg')}" for seed in range(PEOPLE)]
    missing = [seed for seed, path in enumerate(paths) if not path.exists()]
    if missing:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            for done, (seed, data) in enumerate(zip(missing, pool.map(_draw, missing), strict=True), start=1):
                unfinished = paths[seed].with_suffix(".part")
                unfinished.write_bytes(data)
                unfinished.rename(paths[seed])
                bar(done / len(missing))
    return paths


def public_id(seed: int) -> str:
    return f"supporters/selfie-{seed:02}"


def _draw(seed: int) -> bytes:
    jpeg = portrait(seed)
    return as_format(Image.open(BytesIO(jpeg)), FORMATS[seed]) if seed in FORMATS else jpeg
