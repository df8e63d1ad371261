"""Canvases that leave out fewer people of a small campaign."""

from __future__ import annotations

import pytest

from app.services.collage import layout
from app.services.collage.offers import FIRST, SMALL, offers

# people, and of each offer: canvas, grid, people left out
OFFERED = [
    (3, [((4095, 1820), (3, 1), 0)]),
    (9, [((3069, 4092), (3, 3), 0)]),
    (10, [((4095, 2184), (5, 2), 0)]),
    (11, [((4095, 2184), (5, 2), 1), ((4092, 496), (11, 1), 0)]),
    (12, []),
    (29, [((4095, 3120), (7, 4), 1), ((4089, 188), (29, 1), 0)]),
    (31, []),
    (40, [((4080, 3400), (8, 5), 0)]),
]


@pytest.mark.parametrize(("people", "expected"), OFFERED)
def test_a_small_campaign_is_offered_the_canvas_of_its_own_grid(
    people: int, expected: list[tuple[tuple[int, int], tuple[int, int], int]]
) -> None:
    found = offers(people, 4096, 4096)
    assert [
        ((one.horizontal.canvas, one.vertical.canvas), (one.cols, one.rows), one.left_out) for one in found
    ] == expected


@pytest.mark.parametrize("canvas", [(4096, 4096), (1920, 1080), (1080, 1920), (600, 600)])
def test_up_to_thirty_people_an_offer_always_seats_everyone(canvas: tuple[int, int]) -> None:
    for people in range(1, FIRST + 1):
        left_out = layout.best(people, *canvas).left_out
        found = offers(people, *canvas)
        assert [one.left_out for one in found][-1:] == ([0] if left_out else []), people


@pytest.mark.parametrize("canvas", [(4096, 4096), (1000, 700)])
def test_an_offer_is_what_a_build_on_its_canvas_makes_and_no_longer_than_the_one_asked_for(
    canvas: tuple[int, int],
) -> None:
    for people in (*range(1, FIRST + 1), *range(FIRST + 1, SMALL, 7), SMALL):
        for offer in offers(people, *canvas):
            width, height = offer.horizontal.canvas, offer.vertical.canvas
            assert offer == layout.best(people, width, height)
            assert max(width, height) <= max(canvas)
            assert offer.left_out < layout.best(people, *canvas).left_out
            assert (offer.horizontal.spare, offer.vertical.spare) == (0, 0), "neither padding nor clipping"


def test_a_large_campaign_and_a_canvas_that_is_too_small_for_it_get_no_offer() -> None:
    assert offers(229, 4096, 4096) == ()
    assert offers(10, 16, 16) == ()
