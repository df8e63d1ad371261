"""The montage: which of a photo's files a cell is made from, and who cannot be shown."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from app.adapters.imaging import copies
from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core import limits
from app.core.errors import StoreUnavailable
from app.services.collage import montage
from app.services.collage.bands import bands
from app.services.collage.cells.cells import cells
from app.services.collage.layout import Axis, Layout
from app.services.collage.montage import Rendered, Scene, Unreadable
from scripts.sandbox.stored import (
    CAMPAIGN,
    Pixels,
    as_intermediate,
    as_jpeg,
    as_png,
    break_archive,
    break_both,
    break_intermediate,
    decoded,
    harlequin,
    nothing,
    plain_archive,
    plain_intermediate,
    put,
)
from tests.support.failing import OPERATIONS

ROOT = Path(__file__).parents[3]


def grid(cols: int, rows: int, k: int, width: int | None = None, height: int | None = None) -> Layout:
    """A full grid; by default the canvas has the same size."""
    horizontal = Axis(cols, 3 * k, cols * 3 * k if width is None else width)
    return Layout(cols * rows, horizontal, Axis(rows, 4 * k, rows * 4 * k if height is None else height))


def scene(store: Store, people: list[str], layout: Layout) -> Scene:
    return Scene(store, CAMPAIGN, people, layout, 10)


def cell(store: Store, person: str, layout: Layout) -> Pixels:
    """One person's cell, as pixels."""
    (made,) = cells(store, CAMPAIGN, [person], (layout.horizontal.cell, layout.vertical.cell))
    assert made is not None
    return made


def put_red_and_blue(store: Store, indices: range) -> list[str]:
    """People whose archive is red and whose intermediate is blue."""
    return put(
        store,
        indices,
        archive=lambda index: plain_archive("red"),
        intermediate=lambda index: plain_intermediate("blue"),
    )


COLOURS = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0), "yellow": (255, 255, 0), "black": (0, 0, 0)}


def colour(pixels: Pixels) -> str:
    """The name of a picture's only colour."""
    mean = pixels.reshape(-1, 3).mean(axis=0)
    assert np.abs(pixels.astype(int) - mean).max() < 3
    return next((name for name, known in COLOURS.items() if np.abs(mean - known).max() < 5), str(mean))


@pytest.mark.parametrize(("k", "source"), [(1, "blue"), (29, "blue"), (100, "blue"), (101, "red"), (150, "red")])
def test_a_cell_is_made_from_the_intermediate_unless_that_would_have_to_be_enlarged(
    store: Store, k: int, source: str
) -> None:
    (person,) = put_red_and_blue(store, range(1))
    assert colour(cell(store, person, grid(1, 1, k))) == source


def test_a_cell_as_large_as_the_intermediate_is_that_pixel_for_pixel(store: Store) -> None:
    (person,) = put(store, range(1))
    assert np.array_equal(
        cell(store, person, grid(1, 1, 100)), decoded(store.photos.intermediate(CAMPAIGN, person) or b"")
    )


def spoil_half(store: Store, person: str) -> None:
    break_intermediate(store, person)


def spoil_empty(store: Store, person: str) -> None:
    store.photos.intermediate_path(CAMPAIGN, person).write_bytes(b"")


def spoil_missing(store: Store, person: str) -> None:
    store.photos.intermediate_path(CAMPAIGN, person).unlink()


def spoil_unreadable(store: Store, person: str) -> None:
    """The file system fails to read it, as it does for a directory."""
    store.photos.intermediate_path(CAMPAIGN, person).unlink()
    store.photos.intermediate_path(CAMPAIGN, person).mkdir()


def spoil_other_format(store: Store, person: str) -> None:
    store.photos.intermediate_path(CAMPAIGN, person).write_bytes(b'<svg width="300" height="400"></svg>')


def spoil_huge(store: Store, person: str) -> None:
    """A few bytes that claim 400 megapixels."""
    png = b"\x89PNG\r\n\x1a\n"
    for body in (b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b"")):
        png += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    store.photos.intermediate_path(CAMPAIGN, person).write_bytes(png)


@pytest.mark.parametrize(
    "spoil", [spoil_half, spoil_empty, spoil_missing, spoil_unreadable, spoil_other_format, spoil_huge]
)
def test_where_the_intermediate_fails_the_archive_stands_in(store: Store, spoil: Any) -> None:
    people = put_red_and_blue(store, range(2))
    spoil(store, people[0])
    assert [colour(cell(store, person, grid(1, 1, 50))) for person in people] == ["red", "blue"]


# Copies


@pytest.mark.parametrize(
    ("k", "source"),
    [
        *((1, "red"), (12, "red")),  # 36×48, of 38×50
        *((13, "lime"), (16, "lime"), (25, "lime")),  # up to 75×100
        *((26, "yellow"), (50, "yellow")),  # up to 150×200
        *((51, "blue"), (100, "blue")),
        (101, "black"),
    ],
)
def test_a_cell_is_made_from_the_smallest_copy_that_is_large_enough(store: Store, k: int, source: str) -> None:
    picture = harlequin("blue", "red", "lime", "yellow")
    (person,) = put(store, range(1), archive=lambda index: plain_archive("black"), intermediate=lambda index: picture)
    assert colour(cell(store, person, grid(1, 1, k))) == source


def harmed_copies(harm: Callable[[bytes], bytes]) -> bytes:
    """A blue intermediate with broken red copies; the file's length and checksums are right."""
    red = {size: as_jpeg(Picture.new("RGB", size, "red")) for size in copies.SIZES}
    return copies.insert(as_png(Picture.new("RGB", (300, 400), "blue")), {size: harm(red[size]) for size in red})


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda jpeg: b"",
    "zeros": lambda jpeg: bytes(len(jpeg)),
    "overwritten beginning": lambda jpeg: b"\xff\xd8" + bytes(40) + jpeg[42:],
    "overwritten tables": lambda jpeg: jpeg[:30] + bytes(100) + jpeg[130:],
    "overwritten end": lambda jpeg: jpeg[:-30] + bytes(30),
    "half": lambda jpeg: jpeg[: len(jpeg) // 2],
    "all but the last bytes": lambda jpeg: jpeg[:-9],
    "a text": lambda jpeg: b'<svg width="300" height="400"></svg>',
    "a PNG": lambda jpeg: as_png(Picture.new("RGB", (75, 100), "red")),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("k", [10, 16, 50])
def test_where_the_copy_is_broken_the_pixels_of_the_intermediate_stand_in(store: Store, harm: str, k: int) -> None:
    picture = harmed_copies(HARMS[harm])
    (person,) = put(store, range(1), archive=lambda index: plain_archive("black"), intermediate=lambda index: picture)
    assert colour(cell(store, person, grid(1, 1, k))) == "blue"


def test_where_a_copy_rots_on_disk_the_cell_still_shows_the_person(store: Store) -> None:
    """The intermediate's checksum reveals it, so the archive may stand in."""
    (person,) = put_red_and_blue(store, range(1))
    path = store.photos.intermediate_path(CAMPAIGN, person)
    data = path.read_bytes()
    at = data.index(b"\xff\xd8")
    path.write_bytes(data[:at] + bytes(60) + data[at + 60 :])
    assert colour(cell(store, person, grid(1, 1, 10))) in ("red", "blue")


def test_a_copy_that_reaches_further_than_is_read_is_left_for_the_intermediate(store: Store) -> None:
    noise = Picture.fromarray(np.random.default_rng(5).integers(0, 256, (400, 300, 3), np.uint8))
    picture = as_intermediate(noise)
    (person,) = put(store, range(1), intermediate=lambda index: picture)
    for k in (25, 50):
        size = (3 * k, 4 * k)
        assert copies.find(picture, len(picture), *size) is not None
        assert copies.find(picture[: copies.REACH[size]], len(picture), *size) is None
        expected = noise.resize(size, Picture.Resampling.LANCZOS)
        assert np.abs(cell(store, person, grid(1, 1, k)).astype(int) - np.asarray(expected)).mean() < 1


class CountingDisk(Disk):
    """Records every operation and its path."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []


def _counted(name: str) -> Callable[..., Any]:
    def operation(self: CountingDisk, *arguments: Any) -> Any:
        self.done.append((name, arguments[0]))
        return getattr(Disk, name)(self, *arguments)

    return operation


for _name in OPERATIONS:
    setattr(CountingDisk, _name, _counted(_name))


@pytest.mark.parametrize("k", [12, 16, 25, 50])
def test_only_the_beginning_of_one_file_is_read_for_each_person(store: Store, k: int) -> None:
    people = put(store, range(33))
    disk = CountingDisk()
    seated, others = people[:30], people[30:]
    list(montage.rendered(scene(Store(store.root.path, disk), seated, grid(6, 5, k)), nothing))
    assert others
    expected = [("read_start", store.photos.intermediate_path(CAMPAIGN, person)) for person in seated]
    assert sorted(disk.done) == sorted(expected)


def test_larger_cells_cost_one_file_each_as_well(store: Store) -> None:
    people = put(store, range(4))
    for k, path in ((51, store.photos.intermediate_path), (101, store.photos.archive_path)):
        disk = CountingDisk()
        list(montage.rendered(scene(Store(store.root.path, disk), people, grid(2, 2, k)), nothing))
        assert sorted(disk.done) == sorted(("read", path(CAMPAIGN, person)) for person in people)


# Who is in it


def test_everyone_who_cannot_be_read_is_named_once_all_have_been_tried(store: Store) -> None:
    people = put_red_and_blue(store, range(12))
    layout = grid(2, 6, 20)
    assert len(bands(layout)) > 1
    break_both(store, people[0], people[2], people[11])
    seen: list[Rendered] = []
    with pytest.raises(Unreadable) as caught:
        seen.extend(montage.rendered(scene(store, people, layout), nothing))
    assert caught.value.public_ids == [people[0], people[2], people[11]]
    assert seen == []


def test_a_broken_archive_does_not_matter_where_the_intermediate_is_enough(store: Store) -> None:
    (person,) = put_red_and_blue(store, range(1))
    break_archive(store, person)
    assert colour(cell(store, person, grid(1, 1, 20))) == "blue"
    assert list(cells(store, CAMPAIGN, [person], (600, 800))) == [None]


def test_a_store_that_is_gone_is_not_a_store_of_unreadable_photos(store: Store) -> None:
    people = put_red_and_blue(store, range(2))
    store.root.path.rename(store.root.path.with_name("elsewhere"))
    store.root.path.mkdir()  # a mount point is still there when nothing is mounted
    with pytest.raises(StoreUnavailable):
        list(montage.rendered(scene(store, people, grid(2, 1, 5)), nothing))


@pytest.mark.parametrize("broken", [0, 3])
def test_progress_rises_to_one_band_by_band(store: Store, broken: int) -> None:
    people = put_red_and_blue(store, range(18))
    break_both(store, *people[:broken])
    said: list[float] = []
    with contextlib.suppress(Unreadable):
        list(montage.rendered(scene(store, people, grid(2, 9, 20)), said.append))
    assert len(said) > 3
    assert said == sorted(set(said))
    assert said[-1] == 1


PROCESSES = """
import sys
from pathlib import Path
from app.adapters.store import Store
from app.services.collage import layout, montage

people = sys.argv[3:]
scene = montage.Scene(Store(Path(sys.argv[1])), sys.argv[2], people, layout.best(len(people), 600, 800), 60)
try:
    one, two, many = (list(montage.rendered(scene, lambda part: None, processes)) for processes in (1, 2, 9))
    assert len(one) > 2 and one == two == many
    print("equal")
except montage.Unreadable as error:
    print(*error.public_ids)
"""


def test_several_processes_make_the_same_bytes_as_one(store: Store) -> None:
    """In a process of its own: what forks should have no other threads, and pytest has."""
    people = put(store, range(30))
    command = [sys.executable, "-c", PROCESSES, str(store.root.path), CAMPAIGN, *people]

    def said() -> str:
        environ = os.environ | limits.IMAGEMAGICK
        done = subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, timeout=300)
        return done.stdout.decode().strip()

    assert said() == "equal"
    break_both(store, people[3], people[29])
    assert said() == f"{people[3]} {people[29]}"
