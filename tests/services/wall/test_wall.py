"""Tiles compared with the people they show: the right one, to the pixel, without a seam, and nobody who is gone."""

from __future__ import annotations

import errno
import functools
import io
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from app.core.errors import NotFound, StoreUnavailable
from app.services.wall.cache import Cache
from app.services.wall.geometry import Box, Piece
from app.services.wall.tile import BACKGROUND, Painter
from app.services.wall.wall import SHAPES, Sheet, Wall, Walls
from scripts.sandbox import stored
from tests.support.tiers import sampled

CAMPAIGN = stored.CAMPAIGN


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign of 6 people and its first collage, 3×2, to be copied."""
    store = Store(tmp_path_factory.mktemp("model") / "store")
    store.root.initialise()
    stored.put(store, range(6), archive=stored.archive)
    stored.built(store, width=450, height=400)
    return store.root.path


@pytest.fixture
def walls(model: Path, store: Store, tmp_path: Path) -> Walls:
    """A campaign of 6 people and its first collage, 3×2."""
    shutil.copytree(model, store.root.path, dirs_exist_ok=True)
    return Walls(store, Cache(store.root.path, tmp_path / "cache"))


@pytest.fixture
def wall(walls: Walls) -> Wall:
    found = walls.wall(CAMPAIGN, "0001")
    assert (found.grid.cols, found.grid.rows) == (3, 2)
    return found


@pytest.fixture(scope="module")
def large_walls(tmp_path_factory: pytest.TempPathFactory) -> Walls:
    """A campaign of 12 people and its first collage, 4×3: some have neighbours on all sides. Read only."""
    directory = tmp_path_factory.mktemp("large")
    store = Store(directory / "store")
    store.root.initialise()
    stored.put(store, range(12), archive=stored.archive)
    stored.built(store, width=400, height=400)
    return Walls(store, Cache(store.root.path, directory / "cache"))


def in_colour(picture: bytes) -> stored.Pixels:
    """The RGB pixels; a picture without colours becomes a JPEG without colour channels."""
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB"))


def sheets(walls: Walls, wall: Wall, level: int) -> Iterator[tuple[int, int, Sheet]]:
    across, down = wall.grid.tiles(level)
    for y in range(down):
        for x in range(across):
            yield x, y, walls.tile(wall, level, x, y)


def rows(store: Store, sheet: Sheet) -> stored.Pixels:
    """A picture before it becomes a JPEG."""
    width, height = sheet.size
    made = Painter(store).rows(sheet.campaign, width, height, sheet.shown)
    return np.frombuffer(bytes(made), np.uint8).reshape(height, width, 3)


def test_all_tiles_of_a_level_together_are_one_large_picture(store: Store, walls: Walls, wall: Wall) -> None:
    for level in range(wall.grid.lowest, wall.grid.highest + 1):
        across, down = wall.grid.tiles(level)
        if level == wall.grid.highest:  # only around the place where four people meet: pixels 1500, 2000
            columns, lines = range(2, 4), range(3, 5)
        else:
            columns, lines = range(across), range(down)
        extent = wall.grid.extent(level)
        left, top = 512 * columns[0], 512 * lines[0]
        width, height = min(512 * len(columns), extent[0] - left), min(512 * len(lines), extent[1] - top)
        pieces = list(wall.grid.pieces(level, Box(left, top, width, height)))
        everyone = [(piece, wall.seats[piece.col, piece.row]) for piece in pieces]
        assert len(everyone) == (4 if level == wall.grid.highest else 6)
        large = np.frombuffer(bytes(Painter(store).rows(CAMPAIGN, width, height, everyone)), np.uint8)
        together = np.zeros((height, width, 3), np.uint8)
        for y, x in itertools.product(lines, columns):
            tile = rows(store, walls.tile(wall, level, x, y))
            place = 512 * y - top, 512 * x - left
            together[place[0] : place[0] + tile.shape[0], place[1] : place[1] + tile.shape[1]] = tile
        assert np.array_equal(together, large.reshape(height, width, 3)), level


def test_at_full_zoom_every_pixel_is_the_archives(store: Store, walls: Walls, wall: Wall) -> None:
    for col, row in ((0, 0), (2, 1)):
        archive = stored.decoded(stored.archive(stored.index_of(wall.seats[col, row])))
        left, top = 1500 * col, 2000 * row
        for x in range(left // 512, (left + 1499) // 512 + 1):
            for y in range(top // 512, (top + 1999) // 512 + 1):
                sheet = walls.tile(wall, wall.grid.highest, x, y)
                begin = (max(left, 512 * x), max(top, 512 * y))
                end = (min(left + 1500, 512 * x + sheet.size[0]), min(top + 2000, 512 * y + sheet.size[1]))
                shown = (
                    slice(begin[1] - 512 * y, end[1] - 512 * y),
                    slice(begin[0] - 512 * x, end[0] - 512 * x),
                )
                there = archive[begin[1] - top : end[1] - top, begin[0] - left : end[0] - left].astype(int)
                assert np.abs(rows(store, sheet)[shown] - there).max() <= 1
                # the JPEG differs from it by less than anyone can see
                if (x + y) % 2:
                    tile = in_colour(walls.jpeg(sheet))[shown]
                    assert np.abs(tile - there).mean() < 4


def test_on_every_level_everyone_is_in_their_own_place(store: Store, walls: Walls, wall: Wall) -> None:
    for level in range(wall.grid.lowest, wall.grid.highest):
        width, height = wall.grid.extent(level)
        whole = np.zeros((height, width, 3))
        for x, y, sheet in sheets(walls, wall, level):
            tile = in_colour(walls.jpeg(sheet))
            whole[512 * y : 512 * y + tile.shape[0], 512 * x : 512 * x + tile.shape[1]] = tile
        small = {public_id: _face(public_id) for public_id in wall.seats.values()}
        for (col, row), public_id in wall.seats.items():
            seen = _smaller(
                whole[
                    wall.grid.edge(1, row, level) : wall.grid.edge(1, row + 1, level),
                    wall.grid.edge(0, col, level) : wall.grid.edge(0, col + 1, level),
                ]
            )
            distance = {other: np.abs(seen - picture).mean() for other, picture in small.items()}
            assert min(distance, key=lambda other: distance[other]) == public_id, level
            assert distance[public_id] < 8


@functools.cache
def _face(public_id: str) -> np.ndarray:
    """12×16 averages of somebody's archive."""
    return _smaller(stored.decoded(stored.archive(stored.index_of(public_id))))


def _smaller(pixels: np.ndarray) -> np.ndarray:
    """12×16 averages."""
    height, width = pixels.shape[:2]
    down, across = (np.linspace(0, side, number + 1).astype(int) for side, number in ((height, 16), (width, 12)))
    return np.array(
        [
            [pixels[top:bottom, left:right].mean((0, 1)) for left, right in itertools.pairwise(across)]
            for top, bottom in itertools.pairwise(down)
        ]
    )


def test_the_smallest_file_that_is_large_enough_is_used(store: Store, tmp_path: Path) -> None:
    painted = {
        (38, 50): "red",
        (75, 100): "lime",
        (150, 200): "blue",
        (300, 400): "yellow",
        (301, 402): "magenta",
        (1500, 2000): "magenta",
    }
    stored.put(store, range(1), intermediate=lambda index: stored.harlequin("yellow", "red", "lime", "blue"))
    for (width, height), colour in painted.items():
        piece = Piece(0, 0, (width, height), Box(width // 2, height // 2, 1, 1), 0, 0)
        seen = bytes(Painter(store).rows(CAMPAIGN, 1, 1, [(piece, stored.name(0))]))
        expected = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        assert np.abs(np.array(list(seen)) - expected).max() < 6, colour


def test_where_a_file_is_broken_the_next_is_used_and_without_any_the_place_is_empty(
    store: Store, walls: Walls, wall: Wall
) -> None:
    level = wall.grid.highest - 4  # 94×125: made from the copies
    ann, ben = wall.seats[0, 0], wall.seats[1, 0]
    stored.break_both(store, ben)
    for path in (store.photos.intermediate_path(CAMPAIGN, ann),):
        path.write_bytes(b"no picture at all")
    seen = rows(store, walls.tile(wall, level, 0, 0))
    assert np.abs(_smaller(seen[:125, :94]) - _face(ann)).mean() < 8
    seen = rows(store, walls.tile(wall, wall.grid.highest, 4, 1))
    assert (seen == BACKGROUND).all()


def test_somebody_who_is_gone_disappears_at_once_even_from_cached_pictures(
    store: Store, walls: Walls, wall: Wall
) -> None:
    place = 1, 0  # between others
    public_id = wall.seats[place]
    kept = {}
    for level, x, y, sheet in _every(walls, wall):
        # on the highest level a picture of each tile that shows them, and of some of the others
        wanted = level < wall.grid.highest or _shows(sheet, place) or (x + y) % 4 == 0
        kept[level, x, y] = (sheet, walls.jpeg(sheet) if wanted else None)
    store.photos.remove(CAMPAIGN, public_id)
    changed = 0
    for (level, x, y), (before, picture) in kept.items():
        after = walls.tile(wall, level, x, y)
        if not _shows(after, place):
            assert after.key == before.key
            assert picture is None or walls.jpeg(after) == picture
            continue
        assert after.key != before.key
        seen = in_colour(walls.jpeg(after)).astype(int)
        for piece, _ in after.shown:
            if (piece.col, piece.row) == place:
                source = piece.source
                inside = seen[piece.top : piece.top + source.height, piece.left : piece.left + source.width]
                # JPEG lets colours of the neighbours bleed into the outermost pixels
                assert np.abs(inside[16:-16, 16:-16] - BACKGROUND).max(initial=0) < 12
                assert np.abs(inside - BACKGROUND).mean() < 15
        changed += 1
    assert changed > 10
    assert public_id not in walls.held(wall)
    with pytest.raises(NotFound):
        walls.place(wall, public_id, "square")


def _shows(sheet: Sheet, place: tuple[int, int]) -> bool:
    return any((piece.col, piece.row) == place for piece, _ in sheet.shown)


def _every(walls: Walls, wall: Wall) -> Iterator[tuple[int, int, int, Sheet]]:
    for level in range(wall.grid.lowest, wall.grid.highest + 1):
        yield from ((level, x, y, sheet) for x, y, sheet in sheets(walls, wall, level))


def test_after_a_picture_of_someone_gone_was_made_anew_nothing_of_the_old_one_is_kept(
    store: Store, walls: Walls, wall: Wall, tmp_path: Path
) -> None:
    old = walls.jpeg(walls.tile(wall, wall.grid.lowest, 0, 0))
    store.photos.remove(CAMPAIGN, wall.seats[0, 0])
    walls.jpeg(walls.tile(wall, wall.grid.lowest, 0, 0))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert old not in kept


def test_a_newer_photo_of_someone_is_seen_at_once(store: Store, walls: Walls, wall: Wall) -> None:
    public_id = wall.seats[0, 0]
    before = walls.tile(wall, wall.grid.highest, 1, 1)
    walls.jpeg(before)
    approved = store.photos.archive_path(CAMPAIGN, public_id).stat().st_mtime
    store.photos.put(CAMPAIGN, public_id, stored.plain_archive("blue"), stored.plain_intermediate("blue"), approved)
    after = walls.tile(wall, wall.grid.highest, 1, 1)
    assert after.key != before.key
    assert np.abs(in_colour(walls.jpeg(after)).astype(int) - (0, 0, 255)).max() < 6


def test_a_photo_that_was_cut_anew_is_seen_at_once(store: Store, walls: Walls, wall: Wall) -> None:
    before = walls.tile(wall, wall.grid.highest, 0, 0)
    path = store.photos.archive_path(CAMPAIGN, wall.seats[0, 0])
    known, archive = path.stat(), path.read_bytes()
    # the hardest case: the new file has the old one's length, number and time of approval
    path.write_bytes(archive)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (known.st_ino, known.st_mtime_ns)
    assert walls.tile(wall, wall.grid.highest, 0, 0).key != before.key


def test_what_is_kept_is_not_made_again(store: Store, walls: Walls, wall: Wall) -> None:
    sheet = walls.tile(wall, wall.grid.lowest, 0, 0)
    first = walls.jpeg(sheet)
    for public_id in wall.seats.values():
        store.photos.intermediate_path(CAMPAIGN, public_id).unlink()
    assert walls.jpeg(walls.tile(wall, wall.grid.lowest, 0, 0)) == first


@pytest.mark.parametrize(
    ("shape", "place"),
    sampled([("square", (1, 1)), ("story", (1, 1)), ("square", (0, 0)), ("story", (3, 2))], every=3),
)
def test_a_picture_to_share_has_ones_own_face_among_neighbours_also_at_the_edge(
    large_walls: Walls, shape: str, place: tuple[int, int]
) -> None:
    walls, wall = large_walls, large_walls.wall(CAMPAIGN, "0001")
    assert (wall.grid.cols, wall.grid.rows) == (4, 3)
    public_id = wall.seats[place]
    (width, height) = SHAPES[shape].size
    sheet = walls.place(wall, public_id, shape)
    assert sheet.own is not None
    (across, down), left, top = sheet.own.size, sheet.own.left, sheet.own.top
    seen = in_colour(walls.jpeg(sheet)).astype(float)
    assert seen.shape == (height, width, 3)
    assert np.abs(_smaller(seen[top : top + down, left : left + across]) - _face(public_id)).mean() < 6
    # a white line around it
    for line in (seen[top - 8, left : left + across], seen[top : top + down, left - 8]):
        assert line.mean() > 240
    # hardly anything of the picture lies beyond the edge of the wall
    assert (np.abs(seen - BACKGROUND).max(axis=2) < 6).mean() < 0.08


def test_there_is_no_picture_to_share_for_others(walls: Walls, wall: Wall) -> None:
    for public_id, shape in (("nobody", "square"), ("", "story"), (wall.seats[0, 0], "round")):
        with pytest.raises(NotFound):
            walls.place(wall, public_id, shape)


def test_pictures_carry_no_metadata(walls: Walls, wall: Wall) -> None:
    for sheet in (
        walls.tile(wall, wall.grid.lowest, 0, 0),
        walls.tile(wall, wall.grid.highest, 0, 0),
        walls.whole(wall),
        walls.place(wall, wall.seats[1, 1], "square"),
    ):
        markers = [marker for marker, _ in stored.jpeg_markers(walls.jpeg(sheet))]
        assert not set(markers) & {*range(0xE1, 0xF0), 0xFE}


def test_the_whole_wall_in_one_piece_shows_everyone(store: Store, walls: Walls, wall: Wall) -> None:
    seen = in_colour(walls.jpeg(walls.whole(wall)))
    height, width = seen.shape[:2]
    assert 1024 < max(width, height) <= 2048
    assert abs(width / height - 3 * 1500 / (2 * 2000)) < 0.01


@pytest.mark.parametrize("collage", ["0002", "", "..", "1x", "٠٠٠١", "0001/../0001"])
def test_without_a_collage_there_is_no_wall(walls: Walls, collage: str) -> None:
    with pytest.raises(NotFound):
        walls.wall(CAMPAIGN, collage)


def test_a_tile_outside_the_wall_is_not_found(walls: Walls, wall: Wall) -> None:
    for level, x, y in ((0, 0, 0), (99, 0, 0), (wall.grid.lowest, 1, 0), (wall.grid.highest, 0, 8)):
        with pytest.raises(NotFound):
            walls.tile(wall, level, x, y)


def test_a_revision_is_another_wall(store: Store, walls: Walls, wall: Wall) -> None:
    manifest = store.collages.manifest(CAMPAIGN, "0001").as_json()
    manifest["revision"] = 2
    manifest["tiles"][0]["public_id"], manifest["tiles"][1]["public_id"] = wall.seats[1, 0], wall.seats[0, 0]
    store.collages.rewrite_manifest(CAMPAIGN, "0001", manifest)
    again = walls.wall(CAMPAIGN, "0001")
    assert (again.revision, again.seats[0, 0]) == (2, wall.seats[1, 0])


def test_while_a_revision_takes_its_place_the_wall_is_waited_for_and_then_said_to_be_unavailable(
    store: Store, walls: Walls, wall: Wall
) -> None:
    top = store.collages.directory(CAMPAIGN, "0001").parent
    (top / "0001").rename(top / ".old-0001")
    with pytest.raises(StoreUnavailable):
        walls.wall(CAMPAIGN, "0001")
    (top / ".old-0001").rename(top / "0001")
    assert walls.wall(CAMPAIGN, "0001") == wall


@pytest.mark.parametrize("ask", [lambda walls, wall: walls.tile(wall, 11, 0, 0), lambda walls, wall: walls.held(wall)])
def test_a_store_that_is_not_there_is_no_wall_without_people(
    store: Store, walls: Walls, wall: Wall, ask: Callable[[Walls, Wall], object]
) -> None:
    store.root.path.rename(store.root.path.with_name("elsewhere"))
    store.root.path.mkdir()
    with pytest.raises(StoreUnavailable):
        ask(walls, wall)
    with pytest.raises(StoreUnavailable):
        walls.wall(CAMPAIGN, "0001")


class Unreadable(Disk):
    """A disk with one file that cannot be read at the moment."""

    bad: Path | None = None

    def read(self, path: Path) -> bytes:
        if path == self.bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(path)


def test_a_photo_that_cannot_be_read_now_is_not_kept_as_an_empty_place(
    store: Store, wall: Wall, tmp_path: Path
) -> None:
    disk = Unreadable()
    walls = Walls(Store(store.root.path, disk), Cache(store.root.path, tmp_path / "cache"))
    disk.bad = store.photos.archive_path(CAMPAIGN, wall.seats[0, 0])
    with pytest.raises(StoreUnavailable):
        walls.jpeg(walls.tile(wall, wall.grid.highest, 0, 0))
    disk.bad = None
    seen = in_colour(walls.jpeg(walls.tile(wall, wall.grid.highest, 0, 0)))
    assert np.abs(seen.astype(int) - BACKGROUND).mean() > 20
