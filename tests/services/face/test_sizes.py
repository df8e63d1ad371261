"""Which widths of a collage are made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.services.face.sizes import A_SECOND, BURST, LADDER, WIDEST, Budget, rung


@given(st.integers(1, WIDEST))
def test_the_next_width_of_the_ladder_is_never_narrower_unless_there_is_none(width: int) -> None:
    found = rung(width)
    assert found in LADDER
    assert found >= width or found == LADDER[-1]
    assert all(step < width for step in LADDER if step < found)


def test_the_usual_widths_are_on_the_ladder() -> None:
    assert all(rung(width) == width for width in (320, 480, 640, 720, 800, 960, 1200, 1280, 1600, 1920))


@given(st.lists(st.floats(0, 10_000), max_size=300))
def test_no_more_is_made_than_the_budget_has(times: list[float]) -> None:
    budget = Budget()
    taken = sum(budget.take(now) for now in sorted(times))
    assert taken <= BURST + max(times, default=0) * A_SECOND + 1
    assert budget.take(max(times, default=0) + 1 / A_SECOND), "it recovers"
