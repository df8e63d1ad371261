"""The pictures themselves, checked with another imaging library: everyone in their place, and nothing else."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from app.adapters.store import Store
from app.core.errors import BadParameters, NotFound, PictureError
from app.services.collage import derivatives, layout
from scripts.sandbox.stored import (
    Pixels,
    archive,
    as_jpeg,
    as_png,
    built,
    contents,
    decoded,
    index_of,
    intermediate,
    jpeg_markers,
    plain_intermediate,
    png_chunks,
    put,
    seated,
)

# Mean absolute differences of 8-bit values. Two decoders and two Lanczos filters are under 1; two people are over 20.
SAME = 3.0


def quantisation(quality: int) -> dict[int, list[int]]:
    """The tables that libjpeg uses for a quality, from a JPEG that Pillow makes."""
    with Image.open(io.BytesIO(as_jpeg(Image.new("RGB", (8, 8)), quality))) as opened:
        assert isinstance(opened, JpegImageFile)
        return dict(opened.quantization)


QUALITY_85 = quantisation(85)

FULL = pytest.param((229, 4096, 4096), marks=pytest.mark.thorough)  # takes seconds
OTHERS = [(1, 900, 1200), (12, 1300, 1300), (2, 1300, 900), (7, 1000, 1000), (40, 1500, 1500), (35, 800, 800)]
OTHERS += [(31, 1024, 512), (58, 2048, 2048), (12, 600, 800), (45, 3000, 500)]


@dataclass(frozen=True)
class Collage:
    """A finished collage and the contents of its files."""

    manifest: dict[str, Any]
    files: dict[str, bytes]
    master: Pixels

    @property
    def box(self) -> tuple[slice, slice]:
        """The rows and columns of the canvas that tiles cover."""
        first, last = self.manifest["tiles"][0], self.manifest["tiles"][-1]
        return slice(first["y"], last["y"] + last["height"]), slice(first["x"], last["x"] + last["width"])


@pytest.fixture(scope="module", params=[FULL, *OTHERS], ids=lambda wish: f"{wish[0]} on {wish[1]}×{wish[2]}")
def collage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Collage:
    """One collage for all tests below.

    Of each person's two files, the one that should not be used is plain magenta.
    """
    people, width, height = request.param
    store = Store(tmp_path_factory.mktemp("pictures") / "store")
    store.root.initialise()
    if layout.best(people, width, height).horizontal.cell > 300:
        put(store, range(people), archive=archive, intermediate=lambda index: plain_intermediate())
    else:
        put(store, range(people), intermediate=face)
    manifest = built(store, width=width, height=height)
    files = contents(store, manifest)
    return Collage(manifest, files, decoded(files["collage.png"]))


def face(index: int) -> bytes:
    """An intermediate; those who sit beside or above each other have different faces, and sixty are drawn soon."""
    return intermediate(index % 60)


def source(index: int, cell_width: int, cell_height: int) -> Image.Image:
    """The file that a cell of this size should be made from, as Pillow reads it."""
    large = cell_width > 300 or cell_height > 400
    with Image.open(io.BytesIO(archive(index) if large else face(index))) as opened:
        return opened.convert("RGB")


def difference(one: Pixels, other: Pixels) -> float:
    return float((np.maximum(one, other) - np.minimum(one, other)).mean())


def test_every_tile_is_its_own_person_and_no_neighbour(collage: Collage) -> None:
    grid, canvas = collage.manifest["layout"], collage.manifest["canvas"]
    cell_width, cell_height = grid["cell_width"], grid["cell_height"]
    left = (canvas["width"] - grid["cols"] * cell_width) // 2
    top = (canvas["height"] - grid["rows"] * cell_height) // 2

    @functools.cache
    def whole(public_id: str) -> Pixels:
        picture = source(index_of(public_id), cell_width, cell_height)
        return np.asarray(picture.resize((cell_width, cell_height), Image.Resampling.LANCZOS))

    people = {(tile["col"], tile["row"]): tile["public_id"] for tile in collage.manifest["tiles"]}
    assert len(set(people.values())) == grid["used"] == grid["cols"] * grid["rows"]
    for tile in collage.manifest["tiles"]:
        x, y, col, row = tile["x"], tile["y"], tile["col"], tile["row"]
        from_x, from_y = x - (left + col * cell_width), y - (top + row * cell_height)
        visible = slice(from_y, from_y + tile["height"]), slice(from_x, from_x + tile["width"])
        seen = collage.master[y : y + tile["height"], x : x + tile["width"], :3]
        own = difference(seen, whole(tile["public_id"])[visible])
        assert own < SAME, tile
        for step_col in (-1, 0, 1):
            for step_row in (-1, 0, 1):
                neighbour = people.get((col + step_col, row + step_row))
                if neighbour not in (None, tile["public_id"]):
                    other = whole(neighbour)[visible]
                    assert difference(seen[::4, ::4], other[::4, ::4]) > 3 * max(own, 1), (tile, neighbour)


def test_the_seats_are_in_order_of_approval_from_the_upper_left_row_by_row(collage: Collage) -> None:
    order = [index_of(public_id) for public_id in seated(collage.manifest)]
    assert order == list(range(collage.manifest["layout"]["used"]))  # and the last ones are left out
    places = [(tile["row"], tile["col"]) for tile in collage.manifest["tiles"]]
    assert places == sorted(places)


def test_padding_is_fully_transparent_and_nothing_else_is(collage: Collage) -> None:
    alpha = np.zeros(collage.master.shape[:2], np.uint8)
    for tile in collage.manifest["tiles"]:
        alpha[tile["y"] : tile["y"] + tile["height"], tile["x"] : tile["x"] + tile["width"]] = 255
    assert np.array_equal(collage.master[..., 3], alpha)
    rows, columns = collage.box
    assert (alpha[rows, columns] == 255).all()
    assert (alpha == 255).sum() == alpha[rows, columns].size


def test_padding_and_clipping_are_equal_on_both_sides(collage: Collage) -> None:
    grid, canvas = collage.manifest["layout"], collage.manifest["canvas"]
    tiles = {(tile["col"], tile["row"]): tile for tile in collage.manifest["tiles"]}
    first, last = tiles[0, 0], tiles[grid["cols"] - 1, grid["rows"] - 1]
    for place, size, cell in (("x", "width", "cell_width"), ("y", "height", "cell_height")):
        padding = first[place], canvas[size] - last[place] - last[size]
        clipping = grid[cell] - first[size], grid[cell] - last[size]
        assert abs(padding[0] - padding[1]) <= 1
        assert abs(clipping[0] - clipping[1]) <= 1
        assert 0 in (*padding, *clipping)


def test_the_master_is_a_png_of_eight_bits_rgba_and_of_pixels_alone(collage: Collage) -> None:
    chunks = list(png_chunks(collage.files["collage.png"]))
    kinds = [kind for kind, _ in chunks]
    assert kinds[0] == "IHDR"
    assert kinds[-1] == "IEND"
    assert set(kinds[1:-1]) == {"IDAT"}
    header = chunks[0][1]
    canvas = collage.manifest["canvas"]
    size = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    assert size == (canvas["width"], canvas["height"])
    assert header[8:] == bytes([8, 6, 0, 0, 0])  # bits, RGBA, deflate, filters, not interlaced
    assert collage.master.shape == (canvas["height"], canvas["width"], 4)
    assert collage.master.dtype == np.uint8


@pytest.mark.parametrize("longest", [1920, 1024])
def test_a_derivative_is_the_master_without_its_border_at_the_size_asked_for(collage: Collage, longest: int) -> None:
    data = collage.files[f"collage-{longest}.jpg"]
    rows, columns = collage.box
    inside = collage.master[rows, columns, :3]
    height, width = inside.shape[:2]
    scale = min(1.0, longest / max(width, height))
    with Image.open(io.BytesIO(data)) as opened:
        assert isinstance(opened, JpegImageFile)
        assert opened.mode == "RGB"
        assert opened.info.get("progressive")
        assert opened.quantization == QUALITY_85
        assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(opened.info)
        assert max(opened.size) == min(longest, max(width, height))
        assert opened.size == pytest.approx((width * scale, height * scale), abs=0.5)
        pixels = np.asarray(opened)
    smaller = Image.fromarray(inside).resize(pixels.shape[1::-1], Image.Resampling.LANCZOS, reducing_gap=3)
    # through JPEG as well, which halves the colour: of a hundred small faces that alone is 6 of 255
    expected = decoded(as_jpeg(smaller, 85))
    assert difference(pixels, expected) < SAME
    # nor is there anything of a border in the outermost pixels
    for edge in (np.s_[:1], np.s_[-1:], np.s_[:, :1], np.s_[:, -1:]):
        assert difference(pixels[edge], expected[edge]) < SAME


@pytest.mark.parametrize("longest", [1920, 1024])
def test_a_derivative_carries_no_metadata(collage: Collage, longest: int) -> None:
    segments = list(jpeg_markers(collage.files[f"collage-{longest}.jpg"]))
    markers = {marker for marker, _ in segments}
    # JFIF, quantisation, progressive frame, Huffman tables, scans: no EXIF, no profile, no comment
    assert markers == {0xE0, 0xDB, 0xC2, 0xC4, 0xDA}
    (jfif,) = (data for marker, data in segments if marker == 0xE0)
    assert jfif.startswith(b"JFIF\0")
    assert len(jfif) == 14  # without a thumbnail


def derive_file(tmp_path: Path, master: bytes, longest: int) -> Pixels:
    source, target = tmp_path / "master.png", tmp_path / "derived.jpg"
    source.write_bytes(master)
    size = derivatives.derive(source, target, longest, force=True)
    pixels = decoded(target.read_bytes())
    assert pixels.shape[1::-1] == size
    return pixels


@pytest.mark.parametrize(("people", "width", "height"), OTHERS[-3:])
def test_a_derivative_of_a_file_looks_as_what_the_build_made_of_it(
    store: Store, tmp_path: Path, people: int, width: int, height: int
) -> None:
    put(store, range(people))
    files = contents(store, built(store, width=width, height=height))
    for longest in (1920, 1024):
        derived = derive_file(tmp_path, files["collage.png"], longest)
        # by another Lanczos filter, in 16 bits
        assert difference(derived, decoded(files[f"collage-{longest}.jpg"])) < SAME


def bordered(width: int, height: int, border: tuple[int, int, int, int]) -> tuple[bytes, Pixels]:
    """A PNG with transparent borders (left, top, right, bottom), and what is inside."""
    left, top, right, bottom = border
    inside = np.full((height, width, 3), 255, np.uint8)  # white: a trim by colour would take it for a border
    inside[height // 4 : height // 2, width // 4 : width // 2] = (200, 30, 30)
    whole = np.zeros((top + height + bottom, left + width + right, 4), np.uint8)
    whole[top : top + height, left : left + width, :3] = inside
    whole[top : top + height, left : left + width, 3] = 255
    return as_png(Image.fromarray(whole)), inside


@pytest.mark.parametrize(
    "border",
    [(0, 0, 0, 0), (10, 0, 0, 0), (0, 0, 0, 7), (3, 5, 0, 1), (33, 34, 33, 34)],
    ids=lambda border: str(border),
)
def test_only_what_is_transparent_is_cut_off(tmp_path: Path, border: tuple[int, int, int, int]) -> None:
    master, inside = bordered(120, 80, border)
    derived = derive_file(tmp_path, master, 500)
    assert derived.shape == inside.shape  # and nothing is enlarged
    assert difference(derived, inside) < SAME


@pytest.mark.parametrize(("longest", "size"), [(60, (60, 40)), (119, (119, 79)), (120, (120, 80)), (1, (1, 1))])
def test_the_longest_side_is_as_asked(tmp_path: Path, longest: int, size: tuple[int, int]) -> None:
    derived = derive_file(tmp_path, bordered(120, 80, (5, 5, 5, 5))[0], longest)
    assert derived.shape[1::-1] == size


def test_nothing_is_derived_from_what_is_no_master(tmp_path: Path) -> None:
    target = tmp_path / "derived.jpg"
    source = tmp_path / "master.png"
    with pytest.raises(NotFound, match=r"master\.png"):
        derivatives.derive(source, target, 100)
    source.write_bytes(b"<svg/>")
    with pytest.raises(PictureError):
        derivatives.derive(source, target, 100)
    source.write_bytes(as_png(Image.new("RGBA", (30, 30), (255, 0, 0, 0))))
    with pytest.raises(PictureError, match="transparent"):
        derivatives.derive(source, target, 100)
    source.write_bytes(bordered(120, 80, (0, 0, 0, 0))[0])
    with pytest.raises(BadParameters, match="at least 1"):
        derivatives.derive(source, target, 0)
    assert not target.exists()
