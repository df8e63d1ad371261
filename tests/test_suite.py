"""The suite itself: helpers live in tests/support, and the quick tier starts no other processes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.sandbox.service import Service, environment
from tests.support import command, tiers

TESTS = Path(__file__).parent
MODULES = sorted(TESTS.rglob("*.py"))


def started() -> Service:
    return Service({})


class Bench:
    def run(self) -> None:
        started().stop()


def test_no_module_imports_a_test_module_or_a_conftest() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            for name in names:
                last = name.rpartition(".")[2]
                assert not last.startswith("test_") or "tests" not in name, f"{path} imports {name}: use tests/support"
                assert last != "conftest", f"{path} imports {name}: use tests/support"


def test_what_can_start_a_server_is_slow_however_indirectly() -> None:
    assert tiers.is_slow(started)
    assert tiers.is_slow(Bench)
    assert tiers.is_slow(lambda: Bench().run())


def test_what_starts_a_process_is_slow_and_what_only_names_its_class_is_not() -> None:
    assert tiers.is_slow(command.run)
    assert not tiers.is_slow(environment)


def test_a_fixture_that_starts_a_server_or_a_browser_makes_its_tests_slow(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert isinstance(item, pytest.Function)
        if {"one_browser", "aws", "running", "mails", "standin"} & set(item.fixturenames):
            assert not tiers.is_quick(item), item.nodeid
