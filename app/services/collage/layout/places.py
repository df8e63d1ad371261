"""Places in a grid that people are pinned to. Pure.

A place is written `middle`, or `row,column`, both counted from 1 at the upper left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from app.core.errors import BadParameters

MIDDLE = "middle"
PLACE = re.compile(r"\s*([1-9][0-9]{0,5})\s*,\s*([1-9][0-9]{0,5})\s*")


def pins(wanted: Mapping[str, str]) -> dict[str, str]:
    """The places of public IDs, each in its usual form. Raises BadParameters for what is no place."""
    return {public_id: _usual(public_id, place) for public_id, place in sorted(wanted.items())}


def _usual(public_id: str, place: str) -> str:
    if place.strip().casefold() == MIDDLE:
        return MIDDLE
    found = PLACE.fullmatch(place)
    if not found:
        raise BadParameters(
            f"{public_id} can be pinned to {MIDDLE}, or to a row and column such as 2,3, not to {place[:40]!r}."
        )
    return f"{found[1]},{found[2]}"


def cell(place: str, cols: int, rows: int) -> tuple[int, int]:
    """Row and column from 0; may lie outside the grid. Of an even number, the middle is the one before it."""
    if place == MIDDLE:
        return (rows - 1) // 2, (cols - 1) // 2
    row, _, col = place.partition(",")
    return int(row) - 1, int(col) - 1


def require_places(pinned: Mapping[str, str], cols: int, rows: int) -> None:
    """Raises BadParameters if a place is outside the grid, or wanted twice."""
    taken: dict[tuple[int, int], str] = {}
    for public_id, place in pinned.items():
        row, col = cell(place, cols, rows)
        if row >= rows or col >= cols:
            raise BadParameters(
                f"{public_id} is pinned to {place}, which is outside the grid of {_said(cols, rows)}; "
                f"choose a place up to {rows},{cols}."
            )
        if (row, col) in taken:
            raise BadParameters(
                f"{taken[row, col]} and {public_id} are both pinned to row {row + 1}, column {col + 1}; "
                "choose another place for one of them."
            )
        taken[row, col] = public_id


def _said(cols: int, rows: int) -> str:
    return f"{rows} {'row' if rows == 1 else 'rows'} and {cols} {'column' if cols == 1 else 'columns'}"


def arranged(public_ids: Sequence[str], pinned: Mapping[str, str], cols: int, rows: int) -> list[str]:
    """The people of a full grid, row by row: those who are pinned at their places, the others in their order."""
    cells = fixed(public_ids, pinned, cols, rows)
    placed = set(cells.values())
    others = (public_id for public_id in public_ids if public_id not in placed)
    return [cells[one] if one in cells else next(others) for one in _every(cols, rows)]


def fixed(public_ids: Sequence[str], pinned: Mapping[str, str], cols: int, rows: int) -> dict[tuple[int, int], str]:
    """Row and column from 0 of those of the people who are pinned.

    A place that a smaller grid no longer has becomes the nearest one that is free.
    """
    cells: dict[tuple[int, int], str] = {}
    here = set(public_ids)
    homeless = []
    for public_id, place in sorted(pinned.items()):
        row, col = cell(place, cols, rows)
        if public_id not in here:
            continue
        if row < rows and col < cols and (row, col) not in cells:
            cells[row, col] = public_id
        else:
            homeless.append((public_id, row, col))
    for public_id, row, col in homeless:
        free = (one for one in _every(cols, rows) if one not in cells)
        cells[min(free, key=lambda one: (one[0] - row) ** 2 + (one[1] - col) ** 2)] = public_id
    return cells


def _every(cols: int, rows: int) -> Iterator[tuple[int, int]]:
    return ((row, col) for row in range(rows) for col in range(cols))
