"""Tables as CSV, for programs and spreadsheets."""

import csv
import sys
from collections.abc import Iterable

# A spreadsheet takes a cell that begins so for a formula, and a formula can send the table away or start a program:
# https://owasp.org/www-community/attacks/CSV_Injection. Spreadsheets also read the wide forms of these characters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def print_csv(rows: Iterable[Iterable[object]]) -> None:
    """Prints `rows`, the head first. A text that a spreadsheet would run as a formula begins with an apostrophe."""
    # with another end of line the csv module would not quote a lone \r, which begins a row for many a reader
    csv.writer(sys.stdout, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: object) -> object:
    """Folders, public IDs and tags are whatever someone typed; numbers are ours."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
