"""Measures the catalogue of a folder: `python -m app catalogue`, the first time and again, for 10,000 pictures.

Half of the pictures are of 300×400 pixels with place, date and camera, as tests/support/dated.py describes them. Shown
are seconds, the peak memory of the command, and that of its largest child (the process that looks up places).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from scripts.sandbox.service import ROOT
from scripts.sandbox.stored import as_jpeg
from tests.support import dated
from tests.support.sources import LONG_AGO, write

CAMPAIGN = "album"
CHILD = """
import resource, runpy, sys
sys.argv = ["app", *sys.argv[1:]]
try:
    runpy.run_module("app", run_name="__main__", alter_sys=True)
finally:
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        print(resource.getrusage(who).ru_maxrss // 1000, file=sys.stderr)
"""


def fill(place: Path, photos: int) -> dict[str, str]:
    """A folder and its store, as after a sync by a version without a catalogue; returns the settings."""
    store, exiftool = Store(place / "store"), ExifTool()
    store.root.initialise()
    (place / "campaigns.toml").write_text(f'[{CAMPAIGN}]\nsource = "folder:pictures"\ncatalogue = "exact"\n')
    samples = [path.read_bytes() for path in dated.make(place / "samples").values()]
    archive = place / "archive.jpg"
    plain = as_jpeg(Image.new("RGB", (30, 40)))
    for number in range(photos):
        when, data = LONG_AGO + number, samples[number % len(samples)]
        public_id = f"{number // 1000}/photo{number:05}"
        write(place / "pictures" / f"{public_id}.jpg", data, when)
        archive.write_bytes(plain)
        tags = Tags(None, public_id, f"{when * 10**9}-{len(data)}", when, type="embedded")
        exiftool.write(archive, tags)
        for room, ending, picture, mark in (
            ("approved", "jpg", archive.read_bytes(), when),
            ("thumbnails", "png", b"", when),
        ):
            name = public_id.replace("/", "+")
            write(store.root.path / CAMPAIGN / room / f"{name}.{ending}", picture, mark)
    exiftool.close()
    return {"COLLAGEN_STORE": str(store.root.path), "COLLAGEN_CAMPAIGNS": str(place / "campaigns.toml")}


def measure(environ: dict[str, str]) -> str:
    began = time.monotonic()
    command = [sys.executable, "-c", CHILD, "catalogue", CAMPAIGN]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    own, children = done.stderr.split()[-2:]
    return f"{seconds:6.1f} s, {own} MB and {children} MB in a child; {done.stdout.splitlines()[-1]}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/catalogue", description=__doc__)
    parser.add_argument("--photos", type=int, default=10_000, metavar="N", help="(default: 10,000)")
    photos = parser.parse_args().photos
    directory = Path(tempfile.mkdtemp(dir=Path.home(), prefix=".catalogue-"))
    try:
        environ = fill(directory, photos)
        for run in ("first", "again"):
            print(f"{run}: {measure(environ)}", flush=True)
        size = (directory / "store" / CAMPAIGN / "catalogue.jsonl").stat().st_size
        print(f"catalogue.jsonl: {size / 1e6:.1f} MB")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
