"""The grid: columns × rows × cell size, and how it sits on the canvas. Pure.

Cells are exactly 3:4, (3k)×(4k) pixels, so that no face is stretched, and no cell is ever empty. The grid is centred on
the canvas; what it lacks is padding, what it exceeds is clipped off the outermost cells.

    cost = LEAVE_OUT · (n − used) + Σ over both axes of (PAD · padding, or CLIP · excess; ×10 where too much of an edge
                                                         cell is lost)

The weights reproduce every choice that the campaign's owner made by eye.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.adapters.store.collages.manifests import Cells
from app.core import limits
from app.core.errors import BadParameters

PAD = 1.0  # a pixel of padding
CLIP = 2.0  # a pixel of excess
STEEP = 10.0  # times CLIP where more than STEEP_FROM of an edge cell is lost
STEEP_FROM = 15  # per cent of an edge cell, on either side
MOST_CLIPPED = 33  # per cent of an edge cell, on either side
RATIO = 2  # cols/rows is within this factor of the canvas' own ratio

SHORTEST, LONGEST = 16, 16_384  # sides of a canvas in pixels


def leave_out(photos: int) -> float:
    """What it costs to leave one of `photos` people out, in pixels of padding."""
    return max(6.5, 1500 / photos)


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
        """Where the grid begins on the canvas."""
        return self.spare // 2

    def loses_over(self, percent: int) -> bool:
        """Whether more than so much of an edge cell is clipped off on either side. Exact."""
        return -self.spare * 100 > 2 * self.cell * percent

    @property
    def weight(self) -> float:
        """The cost of a pixel that is padded or clipped."""
        if self.spare >= 0:
            return PAD
        return CLIP * STEEP if self.loses_over(STEEP_FROM) else CLIP

    @property
    def cost(self) -> float:
        return self.weight * abs(self.spare)

    def visible(self, index: int) -> tuple[int, int]:
        """The part of cell `index` that is on the canvas: where it begins, and how long it is."""
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
        """The cost written out: `6.55×8 + 1×67 + 2×12 = 143.40`. It adds up to the cent as it stands there."""
        axes = (f"{axis.weight:g}×{abs(axis.spare)}" for axis in (self.horizontal, self.vertical))
        person = leave_out(self.photos)
        left_out, decimals = person * self.left_out, 2
        # 1500/229 is 6.5502…: two decimals suffice for 8 people, and not for 200
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


def candidates(photos: int, width: int, height: int) -> Iterator[Layout]:
    """Every grid considered for `photos` people on a canvas of `width`×`height` pixels.

    Grids with cols/rows between ½ and 2 of the canvas' own ratio; for each, k from the largest that pads both axes to
    the smallest that clips both; none that takes more than 33 % off an edge cell on either side.
    """
    for cols, every in _grids(photos, width, height):
        for rows in every:
            yield from _cases(photos, cols, rows, width, height)


def _grids(photos: int, width: int, height: int) -> Iterator[tuple[int, range]]:
    """Every grid considered: a number of columns, and those of rows, the largest first."""
    for cols in range(1, photos + 1):
        # ½·W/H ≤ cols/rows ≤ 2·W/H, in whole numbers
        least = -(-cols * height // (RATIO * width))
        most = min(photos // cols, RATIO * cols * height // width)
        if most >= max(1, least):
            yield cols, range(most, max(1, least) - 1, -1)


def _cases(photos: int, cols: int, rows: int, width: int, height: int) -> Iterator[Layout]:
    smallest = max(1, min(width // (3 * cols), height // (4 * rows)))
    largest = max(-(-width // (3 * cols)), -(-height // (4 * rows)))
    for k in range(smallest, largest + 1):
        layout = Layout(photos, Axis(cols, 3 * k, width), Axis(rows, 4 * k, height))
        if not (layout.horizontal.loses_over(MOST_CLIPPED) or layout.vertical.loses_over(MOST_CLIPPED)):
            yield layout


def ranked(photos: int, width: int, height: int, number: int) -> list[Layout]:
    """The cheapest grids, so many or fewer, each with its best size of cells.

    Among equals those with fewer left out first, then with larger cells. Grids that leave out more people than the last
    of these costs are not looked at: of 36,000 people, nearly all.
    """
    found: list[tuple[tuple[float, int, int, int], Layout]] = []
    person = leave_out(photos)
    # those that may leave out fewest first, so that soon few of the others have to be looked at
    grids = sorted(_grids(photos, width, height), key=lambda grid: -grid[0] * grid[1].start)
    for cols, every in grids:
        for rows in every:
            if len(found) == number and person * (photos - cols * rows) > found[-1][0][0] + 0.001:
                break  # with fewer rows still more are left out
            cases = [
                ((round(case.cost, 6), case.left_out, -case.horizontal.cell, case.cols), case)
                for case in _cases(photos, cols, rows, width, height)
            ]
            if cases:
                found = sorted([*found, min(cases, key=lambda entry: entry[0])], key=lambda entry: entry[0])[:number]
    return [case for _, case in found]


def best(photos: int, width: int, height: int) -> Layout:
    """The layout of least cost; among equals the one with fewer left out, then with larger cells.

    Raises BadParameters where there is none.
    """
    if photos < 1:
        raise BadParameters("There are no photos to make a collage of.")
    for name, side in (("width", width), ("height", height)):
        if not SHORTEST <= side <= LONGEST:
            raise BadParameters(f"{name} must be from {SHORTEST} to {LONGEST} pixels, not {side}.")
    if width * height > limits.PICTURE_PIXELS:
        raise BadParameters(
            f"width × height must be at most {limits.PICTURE_PIXELS // 10**6} megapixels,"
            f" not {width}×{height} ({width * height / 10**6:.1f} megapixels)."
        )
    cheapest = ranked(photos, width, height, 1)
    if not cheapest:
        raise BadParameters(
            f"No grid of {photos} {'photo' if photos == 1 else 'photos'} suits a canvas of {width}×{height};"
            " take a squarer canvas or more photos."
        )
    return cheapest[0]


def again(known: Cells, photos: int, width: int, height: int) -> Layout:
    """The layout of a manifest, for another number of people."""
    return Layout(photos, Axis(known.cols, known.cell_width, width), Axis(known.rows, known.cell_height, height))


def report(photos: int, width: int, height: int) -> Iterator[str]:
    """Every case considered, a line each: by people left out, then larger cells first, then by cost.

    Grid, used/n, cell, horizontal and vertical pixels at each edge (+ padding, − clipping), and the cost written out.
    """
    yield f"{'grid':>9}  {'used/n':>13}  {'cell':>9}  {'horizontal':>10}  {'vertical':>10}  cost"
    cases = candidates(photos, width, height)
    for case in sorted(cases, key=lambda case: (case.left_out, -case.horizontal.cell, case.cost, case.cols)):
        horizontal, vertical = (
            f"{'−' if axis.spare < 0 else '+'}{abs(axis.spare) / 2:g}" for axis in (case.horizontal, case.vertical)
        )
        grid, cell = f"{case.cols}×{case.rows}", f"{case.horizontal.cell}×{case.vertical.cell}"
        yield f"{grid:>9}  {f'{case.used}/{photos}':>13}  {cell:>9}  {horizontal:>10}  {vertical:>10}  {case.sum}"
