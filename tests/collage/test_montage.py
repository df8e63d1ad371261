"""The montage: from which of a photo's files a cell is made, and where on the canvas it lands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app import imaging
from app.collage import montage
from app.collage.layout import Axis, Layout
from app.errors import StoreUnavailable
from app.store import Store
from tests.collage.pictures import (
    CAMPAIGN,
    Pixels,
    break_archive,
    break_both,
    break_intermediate,
    decoded,
    nothing,
    plain_archive,
    plain_intermediate,
    put,
)


def grid(cols: int, rows: int, k: int, width: int | None = None, height: int | None = None) -> Layout:
    """A grid for just so many people; the canvas is as large as the grid where nothing else is said."""
    horizontal = Axis(cols, 3 * k, cols * 3 * k if width is None else width)
    return Layout(cols * rows, horizontal, Axis(rows, 4 * k, rows * 4 * k if height is None else height))


def cells_of(store: Store, queue: list[str], layout: Layout) -> tuple[dict[str, Pixels], list[str]]:
    """What `make_cells` makes, as pixels."""
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


def colour(pixels: Pixels) -> str:
    """Red or blue, where that is all there is."""
    mean = pixels.reshape(-1, 3).mean(axis=0)
    assert np.abs(pixels.astype(int) - mean).max() < 3
    return "red" if mean[0] > 250 and mean[2] < 5 else "blue" if mean[2] > 250 and mean[0] < 5 else str(mean)


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
    """The file system fails to read it, as it does a directory."""
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


def test_who_has_no_readable_file_is_named_and_the_next_in_line_takes_the_place(store: Store) -> None:
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


def test_progress_rises_to_one_while_cells_are_made_and_placed(store: Store) -> None:
    people = put_red_and_blue(store, range(6))
    said: list[float] = []
    cells, _ = montage.make_cells(store, CAMPAIGN, people, grid(3, 2, 5), said.append)
    assert said == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])
    said.clear()
    montage.render(grid(3, 2, 5), list(cells.values()), said.append).__exit__(None, None, None)
    assert said == [0.5, 1]


@pytest.mark.parametrize(
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
def test_every_pixel_of_every_cell_lands_where_it_should(cols: int, rows: int, k: int, width: int, height: int) -> None:
    layout = grid(cols, rows, k, width, height)
    noise = np.random.default_rng(7).integers(0, 256, (cols * rows, 4 * k, 3 * k, 3), np.uint8)
    with montage.render(layout, [cell.tobytes() for cell in noise], nothing) as canvas:
        picture = decoded(canvas.encode((0, 0, 1, 1), (), 85)[0])
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
    with montage.render(grid(2, 1, 4, 30, 20), cells, nothing) as canvas:
        data = canvas.encode((0, 0, 1, 1), (), 85)[0]
    pixels = decoded(data)
    assert pixels.shape == (20, 30, 4)
    assert pixels[5, 5].tolist() == [0, 0, 0, 255]
    assert pixels[5, 20].tolist() == [255, 255, 255, 255]
    assert pixels[5, 1, 3] == 0
    with imaging.Canvas(12, 16) as canvas:
        canvas.place(imaging.Row([cells[0]], 12, 16), 0, 0)
        assert decoded(canvas.encode((0, 0, 1, 1), (), 85)[0]).shape == (16, 12, 4)
