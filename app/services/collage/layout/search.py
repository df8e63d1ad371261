"""The grids considered for a number of people, and the cheapest. Pure."""

from collections.abc import Iterator

from app.adapters.store.collages.manifests import Cells
from app.core import limits
from app.core.errors import BadParameters
from app.services.collage.layout.grid import Axis, Layout
from app.services.collage.layout.weights import LONGEST, MOST_CLIPPED, RATIO, SHORTEST, USUAL, leave_out


def candidates(photos: int, width: int, height: int) -> Iterator[Layout]:
    """Every grid considered for `photos` people on a canvas of `width`×`height` pixels.

    Grids with cols/rows between ½ and 2 of the canvas' own ratio; for each, k from the largest that pads both axes to
    the smallest that clips both; none that takes more than 33 % off an edge cell on either side.
    """
    for cols, every in _grids(photos, width, height):
        for rows in every:
            yield from _cases(photos, cols, rows, width, height)


def _grids(photos: int, width: int, height: int) -> Iterator[tuple[int, range]]:
    """Every number of columns considered, with its numbers of rows, the largest first."""
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
    """The `number` cheapest grids (or fewer), each with its best cell size.

    Ties: fewer left out first, then larger cells. Skips grids whose people left out alone cost more than the last grid
    found: for 36,000 people, nearly all.
    """
    found: list[tuple[tuple[float, int, int, int], Layout]] = []
    person = leave_out(photos)
    # those that may leave out fewest first, so that most others can soon be skipped
    grids = sorted(_grids(photos, width, height), key=lambda grid: -grid[0] * grid[1].start)
    for cols, every in grids:
        for rows in every:
            if len(found) == number and person * (photos - cols * rows) > found[-1][0][0] + 0.001:
                break  # fewer rows leave out even more
            cases = [
                ((round(case.cost, 6), case.left_out, -case.horizontal.cell, case.cols), case)
                for case in _cases(photos, cols, rows, width, height)
            ]
            if cases:
                found = sorted([*found, min(cases, key=lambda entry: entry[0])], key=lambda entry: entry[0])[:number]
    return [case for _, case in found]


def best(photos: int, width: int, height: int) -> Layout:
    """The layout of least cost on a canvas for screens. Raises BadParameters if there is none, or for its size."""
    for name, side in (("width", width), ("height", height)):
        if not SHORTEST <= side <= LONGEST:
            raise BadParameters(f"{name} must be from {SHORTEST} to {LONGEST} pixels, not {side}.")
    if width * height > limits.PICTURE_PIXELS:
        raise BadParameters(
            f"width × height must be at most {limits.PICTURE_PIXELS // 10**6} megapixels,"
            f" not {width}×{height} ({width * height / 10**6:.1f} megapixels)."
        )
    return cheapest(photos, width, height)


def cheapest(photos: int, width: int, height: int) -> Layout:
    """The layout of least cost; ties: fewer left out, then larger cells. Raises BadParameters if there is none.

    The canvas may have any size.
    """
    if photos < 1:
        raise BadParameters("There are no photos to make a collage of.")
    found = ranked(photos, width, height, 1)
    if not found:
        raise _none(photos, width, height)
    return found[0]


def _none(photos: int, width: int, height: int) -> BadParameters:
    return BadParameters(
        f"No grid of {photos} {'photo' if photos == 1 else 'photos'} fits a canvas of {width}×{height};"
        " use a squarer canvas or more photos."
    )


def printed(photos: int, width: int, height: int) -> Layout:
    """The layout of a print: as many columns and rows as on a usual canvas of its shape. Raises BadParameters.

    A person left out costs as much as some pixels of padding, which are nothing on a canvas of 40,000: of 60 people,
    24 would be on it, where the same shape at the usual size has room for all.
    """
    longest = max(width, height)
    if longest <= USUAL:
        return cheapest(photos, width, height)
    across, down = (max(SHORTEST, round(side * USUAL / longest)) for side in (width, height))
    usual = ranked(photos, across, down, 1)
    if photos < 1 or not usual:
        raise _none(photos, width, height)
    return min(_cases(photos, usual[0].cols, usual[0].rows, width, height), key=lambda case: case.cost)


def resized(known: Cells, photos: int, width: int, height: int) -> Layout:
    """A manifest's layout for another number of people."""
    return Layout(photos, Axis(known.cols, known.cell_width, width), Axis(known.rows, known.cell_height, height))
