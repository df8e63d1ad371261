"""Results come in order, and threads are used only where there is something to wait for."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ahead import SAMPLE, ahead


@given(st.lists(st.integers(), max_size=100), st.integers(1, 20))
def test_the_results_come_in_the_order_of_the_items(items: list[int], threads: int) -> None:
    assert list(ahead(lambda item: item + 1, items, threads)) == [item + 1 for item in items]


@given(st.integers(0, 60), st.integers(1, 20))
def test_the_results_come_in_order_from_threads_as_well(count: int, threads: int) -> None:
    def slow(item: int) -> int:
        if item < SAMPLE:
            time.sleep(0.002)
        return item

    assert list(ahead(slow, range(count), threads)) == list(range(count))


def test_items_that_wait_are_worked_on_by_several_threads_at_once() -> None:
    """Each waits for the others: one thread alone would never get past the first of them."""
    together = threading.Barrier(3)

    def slow(item: int) -> int:
        if item < SAMPLE:
            time.sleep(0.01)
        else:
            together.wait(60)
        return item

    assert list(ahead(slow, range(SAMPLE + 3), 3)) == list(range(SAMPLE + 3))


def test_an_error_reaches_the_caller() -> None:
    def fails(item: int) -> int:
        raise ValueError(str(item))

    with pytest.raises(ValueError, match="0"):
        list(ahead(fails, range(9), 2))
