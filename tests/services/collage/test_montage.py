"""The montage: which of a photo's files a cell is made from, and where it lands on the canvas."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from wand.color import Color
from wand.image import Image

from app.adapters import imaging
from app.adapters.imaging import copies
from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core.errors import StoreUnavailable
from app.services.collage import montage
from app.services.collage.layout import Axis, Layout
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


def grid(cols: int, rows: int, k: int, width: int | None = None, height: int | None = None) -> Layout:
    """A full grid; by default the canvas has the same size."""
    horizontal = Axis(cols, 3 * k, cols * 3 * k if width is None else width)
    return Layout(cols * rows, horizontal, Axis(rows, 4 * k, rows * 4 * k if height is None else height))


def cells_of(store: Store, queue: list[str], layout: Layout) -> tuple[dict[str, Pixels], list[str]]:
    """The result of `make_cells`, as pixels."""
    cells, unreadable = montage.make_cells(store, CAMPAIGN, queue, layout, nothing)
    shape = (layout.vertical.cell, layout.horizontal.cell, 3)
    return {person: np.frombuffer(cell, np.uint8).reshape(shape) for person, cell in cells.items()}, unreadable


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
    cells, unreadable = cells_of(store, [person], grid(1, 1, k))
    assert colour(cells[person]) == source
    assert unreadable == []


def test_a_cell_as_large_as_the_intermediate_is_that_pixel_for_pixel(store: Store) -> None:
    (person,) = put(store, range(1))
    cells, _ = cells_of(store, [person], grid(1, 1, 100))
    assert np.array_equal(cells[person], decoded(store.photos.intermediate(CAMPAIGN, person) or b""))


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


@pytest.mark.parametrize("spoil", [spoil_half, spoil_empty, spoil_missing, spoil_unreadable, spoil_other_format])
def test_where_the_intermediate_fails_the_archive_stands_in(store: Store, spoil: Any) -> None:
    people = put_red_and_blue(store, range(2))
    spoil(store, people[0])
    cells, unreadable = cells_of(store, people, grid(2, 1, 50))
    assert [colour(cells[person]) for person in people] == ["red", "blue"]
    assert unreadable == []


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
    cells, unreadable = cells_of(store, [person], grid(1, 1, k))
    assert colour(cells[person]) == source
    assert unreadable == []


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
    cells, unreadable = cells_of(store, [person], grid(1, 1, k))
    assert colour(cells[person]) == "blue"
    assert unreadable == []


def test_where_a_copy_rots_on_disk_the_cell_still_shows_the_person(store: Store) -> None:
    """The intermediate's checksum reveals it, so the archive may stand in."""
    (person,) = put_red_and_blue(store, range(1))
    path = store.photos.intermediate_path(CAMPAIGN, person)
    data = path.read_bytes()
    at = data.index(b"\xff\xd8")
    path.write_bytes(data[:at] + bytes(60) + data[at + 60 :])
    cells, unreadable = cells_of(store, [person], grid(1, 1, 10))
    assert colour(cells[person]) in ("red", "blue")
    assert unreadable == []


def test_a_copy_that_reaches_further_than_is_read_is_left_for_the_intermediate(store: Store) -> None:
    noise = Picture.fromarray(np.random.default_rng(5).integers(0, 256, (400, 300, 3), np.uint8))
    picture = as_intermediate(noise)
    (person,) = put(store, range(1), intermediate=lambda index: picture)
    for k in (25, 50):
        size = (3 * k, 4 * k)
        assert copies.find(picture, len(picture), *size) is not None
        assert copies.find(picture[: copies.REACH[size]], len(picture), *size) is None
        cells, unreadable = cells_of(store, [person], grid(1, 1, k))
        expected = noise.resize(size, Picture.Resampling.LANCZOS)
        assert np.abs(cells[person].astype(int) - np.asarray(expected)).mean() < 1
        assert unreadable == []


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
    people = put(store, range(30))
    disk = CountingDisk()
    cells, _ = montage.make_cells(Store(store.root.path, disk), CAMPAIGN, people, grid(6, 5, k), nothing)
    assert list(cells) == people
    expected = [("read_start", store.photos.intermediate_path(CAMPAIGN, person)) for person in people]
    assert sorted(disk.done) == sorted(expected)


def test_larger_cells_cost_one_file_each_as_well(store: Store) -> None:
    people = put(store, range(4))
    for k, path in ((51, store.photos.intermediate_path), (101, store.photos.archive_path)):
        disk = CountingDisk()
        montage.make_cells(Store(store.root.path, disk), CAMPAIGN, people, grid(2, 2, k), nothing)
        assert sorted(disk.done) == sorted(("read", path(CAMPAIGN, person)) for person in people)


# Who is in it


def test_a_person_without_a_readable_file_is_named_and_the_next_in_line_takes_the_place(store: Store) -> None:
    people = put_red_and_blue(store, range(8))
    break_both(store, people[0], people[2], people[4])
    cells, unreadable = cells_of(store, people, grid(2, 2, 5))
    # the place of 0 and 2 is offered to 4, who cannot be read either, and 5
    assert list(cells) == [people[1], people[3], people[5], people[6]]
    assert unreadable == [people[0], people[2], people[4]]


def test_a_broken_archive_does_not_matter_where_the_intermediate_is_enough(store: Store) -> None:
    (person,) = put_red_and_blue(store, range(1))
    break_archive(store, person)
    assert cells_of(store, [person], grid(1, 1, 20))[1] == []
    assert cells_of(store, [person], grid(1, 1, 200)) == ({}, [person])


def test_where_the_line_ends_there_are_fewer_cells(store: Store) -> None:
    people = put_red_and_blue(store, range(3))
    break_both(store, *people[1:])
    cells, unreadable = cells_of(store, people, grid(3, 1, 5))
    assert list(cells) == people[:1]
    assert unreadable == people[1:]


def test_nobody_is_read_who_is_not_needed(store: Store) -> None:
    people = put_red_and_blue(store, range(3))
    break_both(store, people[2])
    assert cells_of(store, people, grid(2, 1, 5))[1] == []


def test_a_store_that_is_gone_is_not_a_store_of_unreadable_photos(store: Store) -> None:
    people = put_red_and_blue(store, range(2))
    store.root.path.rename(store.root.path.with_name("elsewhere"))
    store.root.path.mkdir()  # a mount point is still there when nothing is mounted
    with pytest.raises(StoreUnavailable):
        cells_of(store, people, grid(2, 1, 5))


def test_progress_rises_to_one_while_cells_are_made_part_by_part(store: Store) -> None:
    people = put_red_and_blue(store, range(18))
    said: list[float] = []
    montage.make_cells(store, CAMPAIGN, people, grid(9, 2, 5), said.append)
    assert len(said) > 3
    assert said == sorted(set(said))
    assert said[-1] == 1


def test_progress_stands_still_where_nobody_can_be_read(store: Store) -> None:
    people = put_red_and_blue(store, range(9))
    break_both(store, *people[1:])
    said: list[float] = []
    montage.make_cells(store, CAMPAIGN, people, grid(9, 1, 5), said.append)
    assert set(said) == {1 / len(people)}


GRIDS = pytest.mark.parametrize(
    ("cols", "rows", "k", "width", "height"),
    [
        (3, 2, 4, 36, 32),  # just as large
        (3, 2, 4, 41, 39),  # padded, not equally
        (3, 2, 4, 31, 27),  # clipped, not equally
        (2, 3, 5, 33, 50),  # padded and clipped
        (1, 4, 3, 5, 60),  # one column, clipped on both of its sides
        (5, 1, 1, 16, 16),
    ],
)


def noise_for(layout: Layout) -> list[bytes]:
    shape = (layout.used, layout.vertical.cell * layout.horizontal.cell * 3)
    return [cell.tobytes() for cell in np.random.default_rng(7).integers(0, 256, shape, np.uint8)]


def by_imagemagick(layout: Layout, cells: list[bytes]) -> Pixels:
    """The result of ImageMagick's own montage, put on a transparent canvas."""
    width, height = layout.horizontal.cell, layout.vertical.cell
    canvas_size = {"width": layout.horizontal.canvas, "height": layout.vertical.canvas}
    with Image() as joined, Color("none") as nothing, Image(**canvas_size, background=nothing) as canvas:
        for pixels in cells:
            with Image(blob=pixels, format="rgb", width=width, height=height, depth=8) as one:
                joined.image_add(one)
        joined.background_color = nothing
        tile, thumbnail = f"{layout.cols}x{layout.rows}", f"{width}x{height}+0+0"
        joined.montage(tile=tile, thumbnail=thumbnail, mode="concatenate")
        assert joined.size == (layout.cols * width, layout.rows * height)
        canvas.composite(joined, left=layout.horizontal.start, top=layout.vertical.start, operator="copy")
        canvas.depth = 8
        with Picture.open(io.BytesIO(canvas.make_blob("png"))) as opened:
            return np.asarray(opened.convert("RGBA"))


@GRIDS
def test_the_canvas_is_what_imagemagicks_own_montage_makes(
    cols: int, rows: int, k: int, width: int, height: int
) -> None:
    layout = grid(cols, rows, k, width, height)
    cells = noise_for(layout)
    with montage.render(layout, cells, (0, 0, width, height)) as canvas:
        seen = decoded(canvas.png())
    assert np.array_equal(seen, by_imagemagick(layout, cells))


@GRIDS
def test_a_part_of_the_canvas_is_just_that_part_of_it(cols: int, rows: int, k: int, width: int, height: int) -> None:
    layout = grid(cols, rows, k, width, height)
    cells = noise_for(layout)
    with montage.render(layout, cells, (0, 0, width, height)) as canvas:
        whole = decoded(canvas.png())
    for box in (layout.box, (3, 2, 2, 9)):
        left, top, across, down = box
        with montage.render(layout, cells, box) as canvas:
            part = decoded(canvas.png())
        assert np.array_equal(part, whole[top : top + down, left : left + across])
        if box == layout.box:
            assert (part[..., 3] == 255).all(), "no padding"


@GRIDS
def test_every_pixel_of_every_cell_lands_where_it_should(cols: int, rows: int, k: int, width: int, height: int) -> None:
    layout = grid(cols, rows, k, width, height)
    noise = np.random.default_rng(7).integers(0, 256, (cols * rows, 4 * k, 3 * k, 3), np.uint8)
    with montage.render(layout, [cell.tobytes() for cell in noise], (0, 0, width, height)) as canvas:
        picture = decoded(canvas.png())
    # placed by hand on a canvas with wide margins, which are then cut off
    margin = 100
    expected = np.zeros((height + 2 * margin, width + 2 * margin, 4), np.uint8)
    left, top = (width - cols * 3 * k) // 2 + margin, (height - rows * 4 * k) // 2 + margin
    for number, cell in enumerate(noise):
        y, x = top + number // cols * 4 * k, left + number % cols * 3 * k
        expected[y : y + 4 * k, x : x + 3 * k] = np.dstack([cell, np.full((4 * k, 3 * k), 255, np.uint8)])
    expected = expected[margin:-margin, margin:-margin]
    assert picture.shape == expected.shape
    assert np.array_equal(picture[..., 3], expected[..., 3])
    seen = expected[..., 3] > 0
    assert np.array_equal(picture[seen], expected[seen])


def test_black_and_white_cells_stay_black_and_white_and_opaque() -> None:
    """ImageMagick chooses smaller kinds of PNG for pictures without colours."""
    cells = [bytes([level]) * (12 * 16 * 3) for level in (0, 255)]
    with montage.render(grid(2, 1, 4, 30, 20), cells, (0, 0, 30, 20)) as canvas:
        data = canvas.png()
    pixels = decoded(data)
    assert pixels.shape == (20, 30, 4)
    assert pixels[5, 5].tolist() == [0, 0, 0, 255]
    assert pixels[5, 20].tolist() == [255, 255, 255, 255]
    assert pixels[5, 1, 3] == 0
    with imaging.Canvas(12, 16) as canvas:
        canvas.mount([cells[0]], 1, (12, 16), 0, 0)
        assert decoded(canvas.png()).shape == (16, 12, 4)
