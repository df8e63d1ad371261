"""A sketch of a grid on its canvas, as templates/dashboard/sketch.html draws it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.plurals import count
from app.services.collage.layout import Layout

MOST_FACES = 60  # columns up to which cells are large enough to show a face


@dataclass(frozen=True)
class Sketch:
    """Lengths are in pixels of the canvas. `view`: x, y, width and height of the drawing, with a margin around it.

    `clipped`: part of the grid lies outside the canvas; `faces`: whether each cell shows a person.
    `pinned`: x and y of the cells of people who are pinned.
    """

    id: str
    title: str
    grid: Layout
    view: tuple[float, float, float, float]
    clipped: bool
    faces: bool
    pinned: tuple[tuple[int, int], ...]


def sketch(grid: Layout, pinned: Iterable[tuple[int, int]] = ()) -> Sketch:
    """`pinned`: rows and columns from 0."""
    x, y = grid.horizontal, grid.vertical
    width, height = grid.horizontal.canvas, grid.vertical.canvas
    over_x, over_y = max(0, -grid.horizontal.start), max(0, -grid.vertical.start)
    margin = max(width, height) / 100
    return Sketch(
        id=f"g{grid.cols}x{grid.rows}-{grid.horizontal.cell}-{width}x{height}",
        title=describe(grid),
        grid=grid,
        view=(-over_x - margin, -over_y - margin, width + 2 * (over_x + margin), height + 2 * (over_y + margin)),
        clipped=over_x > 0 or over_y > 0,
        faces=grid.cols <= MOST_FACES,
        pinned=tuple((x.start + col * x.cell, y.start + row * y.cell) for row, col in pinned),
    )


def describe(grid: Layout) -> str:
    """What the sketch shows, in words."""
    return (
        f"{count(grid.cols, 'column', 'columns')} and {count(grid.rows, 'row', 'rows')} of {grid.horizontal.cell} ×"
        f" {grid.vertical.cell} pixels on a canvas of {grid.horizontal.canvas} × {grid.vertical.canvas}; {edges(grid)}"
    )


def edges(grid: Layout) -> str:
    """How the grid sits on the canvas: `33.5 px free left and right, 6 px cut off above and below`."""
    parts = []
    for axis, sides in ((grid.horizontal, "left and right"), (grid.vertical, "above and below")):
        if axis.spare:
            parts.append(f"{abs(axis.spare) / 2:g} px {'free' if axis.spare > 0 else 'cut off'} {sides}")
    return ", ".join(parts) or "it fits exactly"
