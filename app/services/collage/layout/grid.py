"""One grid on a canvas. Pure.

Cells are exactly 3:4, (3k)×(4k) pixels, so no face is stretched, and no cell is ever empty. The grid is centred on the
canvas: what is missing is padding, what is too much is clipped off the outermost cells.
"""

from dataclasses import dataclass

from app.services.collage.layout.weights import CLIP, PAD, STEEP, STEEP_FROM, leave_out


@dataclass(frozen=True)
class Axis:
    """One axis of the grid: `cells` of `cell` pixels on `canvas` pixels."""

    cells: int
    cell: int
    canvas: int

    @property
    def spare(self) -> int:
        """Pixels of padding, both edges together; negative where the grid is clipped."""
        return self.canvas - self.cells * self.cell

    @property
    def start(self) -> int:
        """Where the grid begins on the canvas, in pixels."""
        return self.spare // 2

    def loses_over(self, percent: int) -> bool:
        """Whether more than `percent` of an edge cell is clipped off on either side. Exact."""
        return -self.spare * 100 > 2 * self.cell * percent

    @property
    def weight(self) -> float:
        """The cost of one pixel of padding or clipping."""
        if self.spare >= 0:
            return PAD
        return CLIP * STEEP if self.loses_over(STEEP_FROM) else CLIP

    @property
    def cost(self) -> float:
        return self.weight * abs(self.spare)

    def visible(self, index: int) -> tuple[int, int]:
        """The part of cell `index` that is on the canvas: its start and length."""
        begin = self.start + index * self.cell
        end = min(begin + self.cell, self.canvas)
        begin = max(begin, 0)
        return begin, end - begin


@dataclass(frozen=True)
class Layout:
    """A grid for `photos` people. Made by `candidates` and `best`."""

    photos: int
    horizontal: Axis
    vertical: Axis

    @property
    def cols(self) -> int:
        return self.horizontal.cells

    @property
    def rows(self) -> int:
        return self.vertical.cells

    @property
    def used(self) -> int:
        return self.cols * self.rows

    @property
    def left_out(self) -> int:
        return self.photos - self.used

    @property
    def cost(self) -> float:
        return leave_out(self.photos) * self.left_out + self.horizontal.cost + self.vertical.cost

    @property
    def sum(self) -> str:
        """The cost written out: `6.55×8 + 1×67 + 2×12 = 143.40`. The numbers shown add up to the cent."""
        axes = (f"{axis.weight:g}×{abs(axis.spare)}" for axis in (self.horizontal, self.vertical))
        person = leave_out(self.photos)
        left_out, decimals = person * self.left_out, 2
        # 1500/229 is 6.5502…: two decimals are enough for 8 people, but not for 200
        while abs(round(person, decimals) * self.left_out - round(left_out, 2)) > 0.00499:
            if round(person, decimals) == person:
                break
            decimals += 1
        return f"{person:.{decimals}f}×{self.left_out} + {' + '.join(axes)} = {self.cost:.2f}"

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The part of the canvas that the grid covers: left, top, width, height."""
        return (
            max(0, self.horizontal.start),
            max(0, self.vertical.start),
            min(self.horizontal.canvas, self.cols * self.horizontal.cell),
            min(self.vertical.canvas, self.rows * self.vertical.cell),
        )

    def as_json(self) -> dict[str, int | float]:
        """The keys that every JSON uses for a layout."""
        return {
            "cols": self.cols,
            "rows": self.rows,
            "cell_width": self.horizontal.cell,
            "cell_height": self.vertical.cell,
            "used": self.used,
            "left_out": self.left_out,
            "cost": round(self.cost, 2),
        }
