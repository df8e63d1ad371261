"""Checks run one after another, and no failure keeps the others from running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from app.core.errors import StoreUnavailable
from app.services.doctor.result import FAIL, OK, WARN, Result
from app.services.doctor.run import Check, run


def says(name: str, state: str = OK) -> Check:
    return Check(name, lambda: [Result(name, state, "so it is")])


def test_each_verdict_is_told_when_there_is_one_and_kept() -> None:
    told: list[Result] = []
    kept = run([says("a"), says("b", WARN)], told.append)
    assert kept == told == [Result("a", OK, "so it is"), Result("b", WARN, "so it is")]


def test_checks_that_need_a_failed_one_are_skipped_and_so_are_those_that_need_them() -> None:
    def never() -> Iterator[Result]:
        raise AssertionError("it was asked")

    checks = [says("a", FAIL), Check("b", never, ("a",)), Check("c", never, ("b",)), says("d")]
    results = run(checks, lambda result: None)
    assert [(result.check, result.state) for result in results] == [("a", FAIL), ("b", "-"), ("c", "-"), ("d", OK)]
    assert results[1].message == "not checked: needs the a"


def test_an_error_is_a_failure_and_what_was_said_before_it_stays() -> None:
    def half() -> Iterator[Result]:
        yield Result("a", OK, "until here")
        raise StoreUnavailable("The store is full.")

    def unexpected() -> Iterator[Result]:
        raise ValueError("a secret")
        yield

    first, second, third = run([Check("a", half), Check("b", unexpected)], lambda result: None)
    assert (first.state, second.state, second.message) == (OK, FAIL, "The store is full.")
    assert (third.state, "secret" in third.message, "ValueError" in third.message) == (FAIL, False, True)


def test_a_check_that_hangs_is_left_behind() -> None:
    end = threading.Event()

    def hangs() -> Iterator[Result]:
        end.wait(300)
        yield Result("a", OK, "too late")

    results = run([Check("a", hangs, seconds=0.05), says("b")], lambda result: None)
    end.set()
    assert [str(result) for result in results] == ["FAIL  a: no answer in 0.05 s", "ok    b: so it is"]
