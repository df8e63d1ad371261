"""The measures of the house in docs/contributing.md: short modules and functions, folders of few modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.sandbox.service import ROOT

RULE = re.compile(
    r"A module has one subject and in `app` at most (\d+) lines, a function at most (\d+) lines of code, "
    r"a folder at most (\d+) modules"
)
LINES, CODE, MODULES = map(int, RULE.search((ROOT / "docs/contributing.md").read_text("utf-8")).groups())  # type: ignore[union-attr]
EVERY = sorted((ROOT / "app").rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The name of each function, and its lines without decorators and docstring."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, *others = node.body
            said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            begin = others[0].lineno if said and others else first.lineno
            yield node.name, (node.end_lineno or begin) - begin + 1


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    assert [path for path in EVERY if len(path.read_text("utf-8").splitlines()) > LINES] == []


def test_every_function_fits_a_screen() -> None:
    assert [(path, name, code) for path in EVERY for name, code in functions(path) if code > CODE] == []


def test_no_folder_has_too_many_modules() -> None:
    folders = {path.parent for path in EVERY}
    assert [one for one in folders if len([*one.glob("*.py")]) - (one / "__init__.py").exists() > MODULES] == []
