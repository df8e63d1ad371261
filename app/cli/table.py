"""Prints tables as CSV, for programs and spreadsheets."""

import csv
import sys
from collections.abc import Iterable

# A spreadsheet takes a cell that begins with one of these for a formula, which can leak the table or start a program:
# https://owasp.org/www-community/attacks/CSV_Injection. Spreadsheets also read the wide forms of these characters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def print_csv(rows: Iterable[Iterable[object]]) -> None:
    """Prints `rows`, the header first. Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    # with another line ending the csv module would not quote a lone \r, which many readers take for a new row
    csv.writer(sys.stdout, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: object) -> object:
    """Folders, public IDs and tags are user input; numbers are ours."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
