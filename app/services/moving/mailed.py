"""The list of addresses that the prototype's script mailed: one a line, or a CSV with a column `email`. Pure."""

import csv
import io

from app.core.addresses import normalise
from app.core.errors import SettingError

COLUMN = "email"


def parse(data: bytes, path: str) -> list[str]:
    """The addresses in their normal form, each once. `path` is for messages.

    Raises SettingError, which names the line, for anything that is not an address: that person would be mailed again.
    The message does not repeat it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingError(f"{path}, line {line}: this is not UTF-8; save the list as UTF-8.") from None
    head = text.partition("\n")[0]
    separator = next((one for one in ";,\t" if one in head), ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found: dict[str, None] = {}
    try:
        column = 0
        for number, row in enumerate(rows):
            if number == 0 and COLUMN in (names := [name.strip().casefold() for name in row]):
                column = names.index(COLUMN)
            elif any(field.strip() for field in row):
                found[_address(row, column, f"{path}, line {rows.line_num}")] = None
    except csv.Error as error:
        raise SettingError(f"{path}, line {rows.line_num}: this is not CSV ({error}).") from None
    if not found:
        raise SettingError(f"{path} has no addresses: give a file with one a line, or a CSV with a column {COLUMN}.")
    return list(found)


def _address(row: list[str], column: int, where: str) -> str:
    address = normalise(row[column]) if column < len(row) else None
    if address is None:
        raise SettingError(
            f"{where}: this is not an address; correct the line or remove it, or name the column {COLUMN} in line 1."
        )
    return address
