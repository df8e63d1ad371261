"""Which tests are quick: those whose code reaches nothing that starts a server, a browser or a machine.

Nobody keeps a list. Everything of the sandbox that runs beside a test derives from `Ending`, so a test is slow if its
function, one of its fixtures or a function that they call names such a class. The local Cloudinary is the exception: it
starts once for all tests and answers in a few milliseconds. What kills processes again and again is slow, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from scripts.sandbox.ending import Ending
from scripts.sandbox.standin.client import Standin

OURS = ("tests.", "scripts.sandbox.")
KILLS = "scripts.sandbox.kills."


def is_quick(item: pytest.Item) -> bool:
    """Whether the test reaches nothing slow: not by itself, its fixtures or the functions among its parameters."""
    assert isinstance(item, pytest.Function)
    fixtures = [used.func for found in item._fixtureinfo.name2fixturedefs.values() for used in found]
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return not any(is_slow(code) for code in (item.function, *fixtures, *parameters) if _is_code(code))


def _is_code(found: object) -> bool:
    return isinstance(found, FunctionType | type)


@cache
def is_slow(code: Any) -> bool:
    """Whether this function or class is, or can call, something slow."""
    todo, known = [code], {code}
    while todo:
        found = todo.pop()
        if isinstance(found, type) and issubclass(found, Ending) and found not in (Ending, Standin):
            return True
        if found.__module__.startswith(KILLS):
            return True
        for further in _named(found):
            if further not in known:
                known.add(further)
                todo.append(further)
    return False


def _named(found: Any) -> Iterator[Any]:
    """Our functions and classes that the code of this function, or of this class's methods, names."""
    if isinstance(found, type):
        functions = [inspect.unwrap(one) for one in vars(found).values() if isinstance(one, FunctionType)]
    else:
        functions = [inspect.unwrap(found)]
    for function in functions:
        names = set(_names(function.__code__))
        for name in names:
            value = function.__globals__.get(name)
            values = [vars(value).get(one) for one in names] if isinstance(value, ModuleType) else [value]
            yield from (one for one in values if _is_code(one) and one.__module__.startswith(OURS))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
