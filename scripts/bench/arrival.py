"""Measures what one photo costs without the network: time, bytes, store operations; and collages on a slow file system.

Time: one approval through Collagen's own processor, with the decoder and exiftool running, everything on one core.
Bytes: of the stored files. Operations: see scripts/bench/watched.py; exiftool's reads of the archive are not counted.
Slow: each operation takes a set number of milliseconds longer.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from app.adapters import imaging
from app.adapters.imaging import copies
from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from scripts.bench import operations, pictures
from scripts.bench.measure import percentile, processor_time, tree
from scripts.bench.worker import CAMPAIGN, Worker, one_core, timed
from scripts.sandbox.people import portrait

DISTINCT = 20  # pictures of each kind, reused under other names
WARM_UP = 5  # photos before measuring starts
COLLAGE = 999
PRESET, PHONE = "1500×2000, as upload presets make it", "12 megapixels, lying on its side"


def draw(number: int) -> tuple[bytes, bytes]:
    """A person's picture as upload presets deliver it, and as a phone takes it."""
    upright = portrait(number)
    return upright, as_phones_do(upright, number)


def as_phones_do(picture: bytes, seed: int) -> bytes:
    """The same person at a sensor's 4000×3000 pixels, rotated by EXIF, with enough grain to make 3 MB."""
    with Image.open(io.BytesIO(picture)) as image:
        large = image.resize((3000, 4000), Image.Resampling.LANCZOS).transpose(Image.Transpose.ROTATE_90)
    grain = np.random.default_rng(seed).normal(0, 3, (large.height, large.width, 1)).astype(np.float32)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it to the right
    buffer = io.BytesIO()
    pixels = np.clip(np.asarray(large) + grain + 0.5, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def show_times(title: str, store: Store, people: list[bytes], photos: int) -> None:
    """Stores photos and prints a row for each stage."""
    whole, cpu = [], []
    with one_core(), timed() as taken:
        worker = Worker(store, people)
        for number in range(WARM_UP + photos):
            # the decoder and exiftool run once the first photo is stored; threads that end take their time with them
            ours = tree(os.getpid())
            used, began = processor_time(ours), time.monotonic()
            worker.notified(number, "stored")
            whole.append(time.monotonic() - began)
            cpu.append(processor_time(ours) - used)
        worker.close()
    stages = [taken[name] for name in ("prepare", "write", "put")]
    together = [sum(one) for one in zip(*stages, strict=True)]
    rest = [total - part for total, part in zip(whole, together, strict=True)]
    weight = statistics.mean(map(len, people)) / 1e6
    print(f"{f'{title}, {weight:.2f} MB':<50}{'median':>10}{'p95':>10}   ({photos} photos)")
    for name, seconds in (
        ("decoded, cut, variants, intermediate, copies", stages[0]),
        ("EXIF written", stages[1]),
        ("stored and fsynced", stages[2]),
        ("these three", together),
        ("locks, log, notification filed", rest),
        ("in all", whole),
        ("in all, processor time", cpu),
    ):
        measured = seconds[WARM_UP:]
        print(f"  {name:<48}{1000 * statistics.median(measured):>7.1f} ms{1000 * percentile(measured, 95):>7.1f} ms")
    print()


def show_bytes(stores: list[tuple[str, Store, str]]) -> None:
    """Prints a row for each campaign's photos."""
    columns = ("archive", "intermediate", "copies in it", *VARIANTS)
    print(f"{'mean kilobytes of':<50}" + "".join(f"{column:>14}" for column in columns) + f"{'ratio':>8}")
    for title, store, campaign in stores:
        names = [photo.public_id for photo in store.photos.all(campaign)]
        archive = statistics.mean(store.photos.archive_path(campaign, name).stat().st_size for name in names)
        thumbnails = [store.photos.intermediate(campaign, name) or b"" for name in names]
        intermediate, inside = statistics.mean(map(len, thumbnails)), statistics.mean(map(copies_in, thumbnails))
        variants = [
            statistics.mean(len((store.photos.variant(campaign, name, one) or (b"",))[0]) for name in names)
            for one in VARIANTS
        ]
        ratio = (archive + intermediate + sum(variants)) / (archive + intermediate - inside)
        means = (archive, intermediate, inside, *variants)
        print(f"{title:<50}" + "".join(f"{mean / 1e3:>14.1f}" for mean in means) + f"{ratio:>8.3f}")
    print("\nratio: all files, relative to archive and intermediate without copies.\n")


def copies_in(png: bytes) -> int:
    """Bytes that the copies add to an intermediate."""
    at = 8  # after the signature: chunks of length, name, data and check sum
    while at < len(png):
        length = 12 + int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == copies.CHUNK:
            return length
        at += length
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/arrival", description=__doc__)
    parser.add_argument(
        "--photos", type=int, default=100, metavar="N", help="photos of each kind (default: %(default)s)"
    )
    parser.add_argument(
        "--wait", type=float, default=3, metavar="MS", help="delay of a slow operation (default: %(default)g)"
    )
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    source, campaign = pictures.campaign(asked.cache, COLLAGE)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        preset, phone = zip(*pool.map(draw, range(min(DISTINCT, asked.photos))), strict=True)
    print(f"{imaging.version()}, one core\n")
    # beside the cache: /tmp may be in memory, where fsync costs nothing
    with tempfile.TemporaryDirectory(dir=asked.cache, prefix="arrival-") as directory:
        stores = []
        for name, title, people in (("preset", PRESET, preset), ("phone", PHONE, phone)):
            store = Store(Path(directory) / name)
            store.root.initialise()
            show_times(title, store, list(people), asked.photos)
            stores.append((title, store, CAMPAIGN))
        show_bytes([*stores, (f"the generated campaign of {COLLAGE}", source, campaign)])
        operations.show_counts(Path(directory) / "counted", preset[0], source.root.path, campaign)
    print()
    operations.show_slow(source.root.path, campaign, asked.wait / 1000)


if __name__ == "__main__":
    main()
