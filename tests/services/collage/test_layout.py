"""The layout: the choices that the campaign's owner made by eye, and the rule in general against brute force."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.core.errors import BadParameters
from app.services.collage import layout

# n, cols, rows, cell, used, spare pixels (+ padding, − clipping) horizontally and vertically, cost
BY_EYE = [
    (1, 1, 1, (3072, 4096), 1, 1024, 0, "1024"),
    (12, 4, 3, (1023, 1364), 12, 4, 4, "8"),
    (40, 7, 5, (585, 780), 35, 1, 196, "384.50"),
    (140, 14, 10, (294, 392), 140, -20, 176, "216"),
    (229, 17, 13, (237, 316), 221, 67, -12, "143.40"),
    (500, 26, 19, (159, 212), 494, -38, 68, "183.00"),
    (972, 36, 27, (114, 152), 972, -8, -8, "32"),
    (1000, 37, 27, (111, 148), 999, -11, 100, "128.50"),
    (5000, 78, 64, (48, 64), 4992, 352, 0, "404.00"),
    (20000, 160, 125, (24, 32), 20000, 256, 96, "352"),
]


@dataclass(frozen=True)
class Case:
    """A grid that the design's text allows. `cost` is exact."""

    cols: int
    rows: int
    k: int
    left_out: int
    cost: Fraction

    @property
    def rank(self) -> tuple[Fraction, int, int]:
        """Least cost wins; ties: fewer left out, then larger cells."""
        return self.cost, self.left_out, -self.k


def brute_force(n: int, width: int, height: int) -> list[Case]:
    """Every case that section 9 of the design allows, in whole numbers, without using the module under test."""

    def axis(cells: int, cell: int, canvas: int) -> int | None:
        """Its cost, or None if more than 33 % of an edge cell is clipped off on either side."""
        excess = cells * cell - canvas  # half of it on either side
        if excess <= 0:
            return -excess
        if excess * 100 > 33 * 2 * cell:
            return None
        return (20 if excess * 100 > 15 * 2 * cell else 2) * excess

    person = max(Fraction(13, 2), Fraction(1500, n))
    cases = []
    for cols in range(1, n + 1):
        for rows in range(1, n // cols + 1):
            # cols/rows between ½ and 2 of width/height
            if 2 * cols * height < width * rows or cols * height > 2 * width * rows:
                continue
            k = 1
            if 3 * cols <= width and 4 * rows <= height:
                k = min(width // (3 * cols), height // (4 * rows))  # the largest that pads both
            while True:
                horizontal, vertical = axis(cols, 3 * k, width), axis(rows, 4 * k, height)
                if horizontal is not None and vertical is not None:
                    left_out = n - cols * rows
                    cases.append(Case(cols, rows, k, left_out, person * left_out + horizontal + vertical))
                if 3 * k * cols >= width and 4 * k * rows >= height:  # the smallest that clips both
                    break
                k += 1
    return cases


@pytest.mark.parametrize(("n", "cols", "rows", "cell", "used", "horizontal", "vertical", "cost"), BY_EYE)
def test_the_choices_that_were_made_by_eye_come_out_to_the_cent(
    n: int, cols: int, rows: int, cell: tuple[int, int], used: int, horizontal: int, vertical: int, cost: str
) -> None:
    best = layout.best(n, 4096, 4096)
    assert best.as_json() == {
        "cols": cols,
        "rows": rows,
        "cell_width": cell[0],
        "cell_height": cell[1],
        "used": used,
        "left_out": n - used,
        "cost": float(cost),
    }
    assert (best.horizontal.spare, best.vertical.spare) == (horizontal, vertical)


people = st.one_of(st.integers(1, 3000), st.integers(1, 60))
sides = st.one_of(st.integers(16, 5000), st.sampled_from([16, 100, 500, 512, 600, 800, 1024, 1920, 3000, 4096]))


@settings(max_examples=40, deadline=None)
@given(people, sides, sides)
@example(229, 4096, 4096)
@example(1, 16, 16)
@example(3000, 16, 16)
@example(2, 4096, 512)
@example(3000, 5000, 5000)
def test_no_case_that_the_design_allows_is_better_than_the_winner(n: int, width: int, height: int) -> None:
    cases = brute_force(n, width, height)
    if not cases:
        with pytest.raises(BadParameters):
            layout.best(n, width, height)
        return
    best = layout.best(n, width, height)
    winner = min(cases, key=lambda case: case.rank)
    chosen = [
        case for case in cases if (case.cols, case.rows, 3 * case.k) == (best.cols, best.rows, best.horizontal.cell)
    ]
    assert [case.rank for case in chosen] == [winner.rank]
    assert best.cost == pytest.approx(float(winner.cost), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 600), st.integers(16, 2000), st.integers(16, 2000))
def test_the_cases_considered_are_those_that_the_design_allows(n: int, width: int, height: int) -> None:
    considered = [
        (case.cols, case.rows, case.horizontal.cell // 3, case.left_out, round(case.cost, 6))
        for case in layout.candidates(n, width, height)
    ]
    allowed = [
        (case.cols, case.rows, case.k, case.left_out, round(float(case.cost), 6))
        for case in brute_force(n, width, height)
    ]
    assert sorted(considered) == sorted(allowed)


@settings(max_examples=50, deadline=None)
@given(people, sides, sides)
def test_no_face_is_stretched_no_cell_empty_and_no_edge_clipped_by_more_than_a_third(
    n: int, width: int, height: int
) -> None:
    assume(n <= 800)
    try:
        best = layout.best(n, width, height)
    except BadParameters:
        assume(False)
    assert best.horizontal.cell % 3 == 0
    assert best.horizontal.cell * 4 == best.vertical.cell * 3
    assert 1 <= best.used <= n
    assert best.used == best.cols * best.rows
    assert best.left_out == n - best.used
    for axis, canvas in ((best.horizontal, width), (best.vertical, height)):
        grid = axis.cells * axis.cell
        assert axis.start == (canvas - grid) // 2
        lost_first, lost_last = max(0, -axis.start), max(0, axis.start + grid - canvas)
        assert abs(lost_first - lost_last) <= 1
        # equal on both sides, or as near as whole pixels allow
        assert lost_first + lost_last <= 2 * 0.33 * axis.cell
        assert axis.visible(0) == (max(0, axis.start), axis.cell - lost_first - (lost_last if axis.cells == 1 else 0))


@pytest.mark.parametrize(
    ("n", "decided", "grid"),
    [
        (48, "cells", (8, 6, 513)),
        (560, "left out", (28, 20, 147)),
        (768, "cells", (32, 24, 129)),
        (816, "left out", (34, 24, 120)),
        (824, "left out", (34, 24, 120)),
    ],
)
def test_among_equal_costs_fewer_are_left_out_then_cells_are_larger(
    n: int, decided: str, grid: tuple[int, int, int]
) -> None:
    cases = brute_force(n, 4096, 4096)
    cheapest = min(case.cost for case in cases)
    equals = [case for case in cases if case.cost == cheapest]
    fewest = [case for case in equals if case.left_out == min(case.left_out for case in equals)]
    assert (len(equals), len(fewest)) == ((2, 1) if decided == "left out" else (2, 2))
    best = layout.best(n, 4096, 4096)
    assert (best.cols, best.rows, best.horizontal.cell) == grid
    assert best.left_out == fewest[0].left_out
    assert best.horizontal.cell == max(3 * case.k for case in fewest)


LINE = re.compile(
    r" *(?P<cols>\d+)×(?P<rows>\d+) +(?P<used>\d+)/(?P<n>\d+) +(?P<cell_width>\d+)×(?P<cell_height>\d+)"
    r" +(?P<horizontal>[+−][\d.]+) +(?P<vertical>[+−][\d.]+)"
    r" +(?P<weight>[\d.]+)×(?P<left_out>\d+) \+ (?P<h_weight>\d+)×(?P<h_pixels>\d+)"
    r" \+ (?P<v_weight>\d+)×(?P<v_pixels>\d+) = (?P<sum>\d+\.\d\d)"
)


def rows_of_the_report(n: int, width: int, height: int) -> list[dict[str, str]]:
    heading, *lines = layout.report_lines(n, width, height)
    assert "grid" in heading
    found = [LINE.fullmatch(line) for line in lines]
    assert None not in found, lines[found.index(None)]
    return [match.groupdict() for match in found if match]


@pytest.mark.parametrize(
    ("n", "width", "height"),
    [(1, 4096, 4096), (7, 4096, 4096), (129, 4096, 4096), (229, 4096, 4096), (300, 1024, 512), (23, 3000, 500)],
)
def test_the_report_lists_every_case_and_each_sum_adds_up(n: int, width: int, height: int) -> None:
    listed = rows_of_the_report(n, width, height)
    allowed = {(case.cols, case.rows, case.k): case for case in brute_force(n, width, height)}
    cells = [(int(row["cols"]), int(row["rows"]), int(row["cell_width"]) // 3) for row in listed]
    assert sorted(cells) == sorted(allowed)
    for row, key in zip(listed, cells, strict=True):
        case = allowed[key]
        assert int(row["cell_width"]) * 4 == int(row["cell_height"]) * 3
        assert (int(row["used"]), int(row["n"])) == (n - case.left_out, n)
        assert int(row["left_out"]) == case.left_out
        for edge, pixels, canvas, grid in (
            ("horizontal", "h_pixels", width, case.cols * case.k * 3),
            ("vertical", "v_pixels", height, case.rows * case.k * 4),
        ):
            assert float(row[edge].replace("−", "-")) == (canvas - grid) / 2
            assert int(row[pixels]) == abs(canvas - grid)
        written = sum(
            Fraction(row[weight]) * int(row[number])
            for weight, number in (("weight", "left_out"), ("h_weight", "h_pixels"), ("v_weight", "v_pixels"))
        )
        # the terms left of the = add up to the sum right of it, to the cent, and that is the cost
        assert f"{float(written):.2f}" == row["sum"], row
        assert abs(Fraction(row["sum"]) - case.cost) <= Fraction(1, 200)


def test_the_report_is_ordered_by_people_left_out_then_larger_cells_first() -> None:
    listed = rows_of_the_report(229, 4096, 4096)
    order = [(int(row["left_out"]), -int(row["cell_width"])) for row in listed]
    assert order == sorted(order)


def test_the_sum_of_the_winner_is_written_as_the_design_shows_it() -> None:
    assert layout.best(229, 4096, 4096).sum == "6.55×8 + 1×67 + 2×12 = 143.40"
    assert layout.best(1000, 4096, 4096).sum == "6.50×1 + 2×11 + 1×100 = 128.50"


@pytest.mark.parametrize(
    ("n", "width", "height", "named"),
    [
        (0, 4096, 4096, "photos"),
        (-3, 4096, 4096, "photos"),
        (10, 0, 4096, "width"),
        (10, 15, 4096, "width"),
        (10, 4096, -4096, "height"),
        (10, 4096, 16_385, "height"),
        (10, 10**9, 10**9, "width"),
        (10, 16_384, 16_384, "megapixels"),
        (1, 16, 16_000, "16×16000"),
        (2, 16_000, 16, "16000×16"),
    ],
)
def test_what_cannot_be_laid_out_is_refused_with_a_sentence(n: int, width: int, height: int, named: str) -> None:
    with pytest.raises(BadParameters) as refused:
        layout.best(n, width, height)
    sentence = str(refused.value)
    assert named in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@given(st.integers(1, 120), st.integers(400, 5000), st.integers(400, 5000), st.integers(1, 8))
def test_the_cheapest_grids_are_those_that_a_look_at_all_cases_finds(
    photos: int, width: int, height: int, number: int
) -> None:
    best_of: dict[tuple[int, int], tuple[float, int, int, int]] = {}
    for case in layout.candidates(photos, width, height):
        rank = (round(case.cost, 6), case.left_out, -case.horizontal.cell, case.cols)
        best_of[case.cols, case.rows] = min(rank, best_of.get((case.cols, case.rows), rank))
    found = layout.ranked(photos, width, height, number)
    ranks = [(round(case.cost, 6), case.left_out, -case.horizontal.cell, case.cols) for case in found]
    assert ranks == sorted(best_of.values())[:number]


@pytest.mark.parametrize("people", [1, 12, 60, 221, 999])
@pytest.mark.parametrize(("width", "height"), [(39_370, 19_685), (11_811, 7_874), (30_000, 60_000), (196_850, 3_937)])
def test_a_print_seats_as_many_as_a_usual_canvas_of_its_shape(people: int, width: int, height: int) -> None:
    longest = max(width, height)
    try:
        usual = layout.best(people, round(width * 4096 / longest), round(height * 4096 / longest))
    except BadParameters:
        with pytest.raises(BadParameters, match=f"No grid of .* {width}×{height};"):
            layout.printed(people, width, height)
        return
    found = layout.printed(people, width, height)
    assert (found.cols, found.rows, found.left_out) == (usual.cols, usual.rows, usual.left_out)
    assert (found.horizontal.canvas, found.vertical.canvas) == (width, height)
    same = [
        case for case in layout.candidates(people, width, height) if (case.cols, case.rows) == (usual.cols, usual.rows)
    ]
    assert not same or found.cost == min(case.cost for case in same)


@pytest.mark.parametrize(("width", "height"), [(4096, 4096), (354, 591), (3000, 4000)])
def test_a_small_print_has_the_grid_of_any_canvas(width: int, height: int) -> None:
    assert layout.printed(60, width, height) == layout.best(60, width, height)
