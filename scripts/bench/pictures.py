"""The benchmark's stores: sample people whose files weigh what real ones do, or your own pictures.

A campaign of any size is made from the photos of one campaign, `everyone`, by hard links to every file that the store
keeps of a photo. Collagen's own code stores them, without fsync.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.adapters import imaging
from app.adapters.imaging.photo import intermediate
from app.adapters.store import Store
from app.adapters.store.disk import Disk
from scripts.sandbox.people import portrait, portrait_image

EVERYONE = "everyone"
DRAWN = 200  # people are drawn; the rest are variations with other light, colours and grain
ARCHIVES = 8  # distinct ones, which all photos share: only a collage of few people reads archives
GRAIN = 1.0  # makes a generated intermediate weigh what a real one does: 165 to 200 KB
APPROVED = 1_700_000_000
AT_ONCE = 100  # photos a process makes between two reports


class Unsynced(Disk):
    """A disk without fsync, for files that can be made again."""

    def fsync(self, descriptor: int) -> None:
        pass


def campaign(cache: Path, photos: int, folder: Path | None = None) -> tuple[Store, str]:
    """A campaign with exactly so many photos and no collages, and its store. Created if missing."""
    directory = cache / _stamp(folder)
    store = Store(directory, Unsynced())
    store.root.initialise()
    name = f"of-{photos}"
    done = directory / f".{name}"
    if not done.exists():
        _make(directory, photos, folder)
        _link(store, photos, name)
        done.touch()
    return Store(directory), name


def public_id(number: int) -> str:
    return f"p{number:05}"


def _stamp(folder: Path | None) -> str:
    """A store's name, derived from everything that its files depend on."""
    top = Path(__file__).parents[2]
    modules = ("imaging/photo", "imaging/saving", "imaging/copies", "imaging/rendering/png", "store/photos/photos")
    code = [Path(__file__), *(top / f"app/adapters/{module}.py" for module in modules)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in code) + str(folder and folder.resolve()).encode())
    return f"{'folder' if folder else 'generated'}-{digest.hexdigest()[:8]}"


def _make(directory: Path, photos: int, folder: Path | None) -> None:
    """Adds to `everyone` the missing ones of the first `photos` people."""
    held = {photo.public_id for photo in Store(directory).photos.all(EVERYONE)}
    missing = [number for number in range(photos) if public_id(number) not in held]
    if not missing:
        return
    pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg")) if folder else []
    if folder and not pictures:
        raise SystemExit(f"There are no JPEGs in {folder}.")
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        if folder:
            work = functools.partial(_put_own, directory, pictures)
        else:
            store = Store(directory, Unsynced())
            for number, archive in enumerate(pool.map(portrait, range(ARCHIVES))):
                store.root.files.write_whole(_shared(directory, number), archive, mtime=APPROVED)
            drawn = list(pool.map(_drawn, range(min(DRAWN, photos)), chunksize=10))
            work = functools.partial(_put_generated, directory, drawn)
        parts = [missing[at : at + AT_ONCE] for at in range(0, len(missing), AT_ONCE)]
        for done, _ in enumerate(pool.map(work, parts), start=1):
            if sys.stderr.isatty():
                end = "\n" if done == len(parts) else ""
                count = min(done * AT_ONCE, len(missing))
                print(f"\rmaking photos: {count} of {len(missing)}", end=end, file=sys.stderr, flush=True)


def _put_own(directory: Path, pictures: list[Path], numbers: list[int]) -> None:
    """Your own pictures as Collagen prepares them, repeated if there are fewer than requested."""
    store = Store(directory, Unsynced())
    for number in numbers:
        prepared = imaging.prepare(pictures[number % len(pictures)].read_bytes())
        store.photos.put(
            EVERYONE, public_id(number), prepared.archive, prepared.intermediate, APPROVED + number, APPROVED
        )


def _put_generated(directory: Path, drawn: list[NDArray[np.uint8]], numbers: list[int]) -> None:
    store = Store(directory, Unsynced())
    for number in numbers:
        name = public_id(number)
        store.photos.put_intermediate(EVERYONE, name, _png(varied(drawn[number % len(drawn)], number)), APPROVED)
        archive = store.photos.archive_path(EVERYONE, name)
        store.root.files.make_directories(archive.parent)
        os.link(_shared(directory, number % ARCHIVES), archive)


def _shared(directory: Path, number: int) -> Path:
    return directory / ".archives" / f"{number}.jpg"


def _drawn(seed: int) -> NDArray[np.uint8]:
    """A person at the size of an intermediate, without much grain."""
    return np.asarray(portrait_image(seed, 600, 800).resize(imaging.INTERMEDIATE, Image.Resampling.LANCZOS))


def varied(person: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """A variation of `person`: mirrored or not, with other light, colours and grain."""
    chance = np.random.default_rng(seed)
    turned = person[:, :: chance.choice((-1, 1))]
    light = chance.uniform(0.9, 1.08) * chance.uniform(0.94, 1.06, 3)
    grain = chance.normal(0, GRAIN, (*person.shape[:2], 1)).astype(np.float32)
    lit: NDArray[np.uint8] = np.clip(turned * light.astype(np.float32) + grain + 0.5, 0, 255).astype(np.uint8)
    return lit


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """An intermediate as Collagen makes it."""
    return intermediate(pixels.tobytes())


def files_of(directory: Path) -> Iterator[Path]:
    """Every file that the store keeps of a campaign's photos."""
    for room in directory.iterdir():
        if room.name not in ("collages", "logs"):
            yield from (path for path in room.rglob("*") if path.is_file() and not path.name.startswith("."))


def _link(store: Store, photos: int, name: str) -> None:
    source, target = store.root.path / EVERYONE, store.root.path / name
    wanted = {public_id(number) for number in range(photos)}
    for path in files_of(source):
        if path.name.partition(".")[0] in wanted:
            link = target / path.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                os.link(path, link)
