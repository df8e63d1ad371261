"""The import contract in docs/architecture.md is the one that is enforced."""

from __future__ import annotations

from scripts.contract_drawing import PAGE, drawn


def test_the_drawing_is_the_contract_of_pyproject() -> None:
    page = PAGE.read_text("utf-8")
    assert page == drawn(page), "draw it anew: .venv/bin/python -m scripts.contract_drawing"
