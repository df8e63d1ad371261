"""Which tests are quick: those whose code reaches nothing that starts a server, a browser or another process.

There is no list to keep. Every server and browser of the sandbox derives from `Ending`, and other processes are started
with `subprocess`. A test is slow if its function, one of its fixtures, or a function of ours that these can call names
one of them. Tests that kill processes again and again (`scripts.sandbox.kills`) are also slow, and so are preparing and
drawing whole photos.

Tests marked `thorough` go through all cases of what others show by a few. They run with `--thorough` only, which also
gives Hypothesis four times as many examples.
So does every second case of slow tests that have many.
"""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from app.adapters.imaging import prepare
from scripts.sandbox.ending import Ending
from scripts.sandbox.people.picture import draw

MANY = 3  # cases of a slow test that all run by default
OURS = ("app.", "scripts.sandbox.", "tests.")
KILLS = "scripts.sandbox.kills."


def sampled(cases: Sequence[Any], every: int) -> list[Any]:
    """The cases of a test (a tuple: of several arguments); all but every so many, from the first on, are thorough."""
    return [
        case
        if number % every == 0
        else pytest.param(*(case if isinstance(case, tuple) else [case]), marks=pytest.mark.thorough)
        for number, case in enumerate(cases)
    ]


def further_cases(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Every second case of slow tests that have more than `MANY`: they run with `--thorough` only."""
    cases: dict[tuple[object, str], list[pytest.Item]] = {}
    for item in items:
        assert isinstance(item, pytest.Function)
        cases.setdefault((item.parent, item.originalname), []).append(item)
    return {
        item
        for every in cases.values()
        if len(every) > MANY and not is_quick(every[0])
        for number, item in enumerate(every)
        if number % 2
    }


def is_quick(item: pytest.Item) -> bool:
    """Whether nothing slow can be reached from the test, its fixtures and the functions among its parameters."""
    assert isinstance(item, pytest.Function)
    fixtures = [used.func for found in item._fixtureinfo.name2fixturedefs.values() for used in found]
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return not any(is_slow(code) for code in (item.function, *fixtures, *parameters) if _is_code(code))


@cache
def is_slow(code: Any) -> bool:
    """Whether this function or class is, or can call, something slow."""
    todo, known = [code], {code}
    while todo:
        found = todo.pop()
        if found in (subprocess, prepare, draw) or found.__module__.startswith(KILLS):
            return True
        if isinstance(found, type) and issubclass(found, Ending):
            return True
        further = set(_named(found)) - known
        known |= further
        todo += further
    return False


def _named(found: Any) -> Iterator[Any]:
    """The functions and classes of ours, and `subprocess`, that this function or this class's methods name."""
    functions = vars(found).values() if isinstance(found, type) else [found]
    for function in (inspect.unwrap(one) for one in functions if isinstance(one, FunctionType)):
        names = set(_names(function.__code__))
        for value in (function.__globals__.get(name) for name in names):
            if value is subprocess:
                yield value
            values = [vars(value).get(name) for name in names] if isinstance(value, ModuleType) else [value]
            codes = [inspect.unwrap(one) for one in values if callable(one)]  # unwraps cached and decorated functions
            yield from (one for one in codes if _is_code(one) and one.__module__.startswith(OURS))


def _is_code(found: object) -> bool:
    return isinstance(found, FunctionType | type)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
