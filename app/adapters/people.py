"""`people.csv`: whose pictures are in a folder.

A table beside the pictures, UTF-8 with or without BOM, columns separated by `,` or `;`. The first line names the
columns, in any order: `file` (path of the picture from the folder, with its ending), `email`, `name`, `consent`. Only
`file` is required, further columns are ignored. Two more columns say what a person allows, where they were asked
(app/services/joining): `mail`, to be written to, and `tracking`, individual records of opened mails.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.addresses import stored
from app.core.errors import SettingError

FILE = "people.csv"
COLUMNS = ("file", "email", "name", "consent", "mail", "tracking")  # of a table that is begun here
CONSENT = {"": None} | dict.fromkeys(("yes", "y", "true", "1"), True) | dict.fromkeys(("no", "n", "false", "0"), False)


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the table. `email`: as in `app.core.addresses.stored`.

    `consent`, `mail`, `tracking`: None if the table does not say.
    """

    file: str
    line: int
    email: str | None = None
    name: str | None = None
    consent: bool | None = None
    mail: bool | None = None
    tracking: bool | None = None

    @property
    def allowed(self) -> dict[str, str]:
        """`mail` and `tracking` as yes or no, if the table says."""
        said = {"mail": self.mail, "tracking": self.tracking}
        return {name: "yes" if given else "no" for name, given in said.items() if given is not None}


class People(Mapping[str, Person]):
    """The people by file: its path from the folder, with `/`, in Unicode's composed form (NFC)."""

    def __init__(self, people: dict[str, Person] | None = None) -> None:
        self._people = people or {}

    def __getitem__(self, file: str) -> Person:
        return self._people[normal(file)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)


def normal(file: str) -> str:
    """The spelling under which a file is looked up: `.\\Müller.jpg` and `Müller.jpg` are one file."""
    parts = [part.strip() for part in unicodedata.normalize("NFC", file).replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part not in ("", "."))


def read(folder: Path) -> People:
    """The table in a folder; empty if there is none. Raises SettingError, which names the file and the line."""
    path = folder / FILE
    try:
        return parse(path.read_bytes(), path)
    except FileNotFoundError:
        return People()
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror or error}.") from error


def parse(data: bytes, path: Path) -> People:
    """Reads a table; `path` is for messages. Raises SettingError, which names the file and the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingError(f"{path}, line {line}: this is not UTF-8; save the table as CSV UTF-8.") from None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    people: dict[str, Person] = {}
    try:
        columns = [column.strip().casefold() for column in next(rows, [])]
        if "file" not in columns:
            raise SettingError(f"{path}, line 1: there is no column named file; begin with file,email,name,consent.")
        for row in rows:
            if any(field.strip() for field in row):
                person = _person(columns, row, path, rows.line_num)
                first = people.setdefault(person.file, person)
                if first is not person:
                    raise SettingError(f"{path}, line {person.line}: {person.file} is in line {first.line} already.")
    except csv.Error as error:
        raise SettingError(f"{path}, line {rows.line_num}: this is not CSV ({error}).") from None
    return People(people)


def without(data: bytes, files: Iterable[str]) -> bytes:
    """A table without the lines about these files; all others stay as they are. A table that is unusable stays."""
    gone = {normal(file) for file in files}
    try:
        table = parse(data, Path(FILE))
    except SettingError:
        return data
    rows = data.decode("utf-8-sig").splitlines(keepends=True)
    text = "".join(rows)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    kept, before = [], 0
    lines = {person.line for name, person in table.items() if name in gone}
    for _ in reader:
        if reader.line_num not in lines:
            kept += rows[before : reader.line_num]
        before = reader.line_num
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + "".join(kept).encode()


def with_line(data: bytes, fields: Mapping[str, str], path: Path) -> bytes:
    """A table (b"": none yet) with one more line; columns that it lacks are added to its first line.

    What it has about the same file is replaced. `path` is for messages. Raises SettingError if the table is unusable.
    """
    if not data.strip():
        data = ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()  # the mark tells spreadsheets that this is UTF-8
    rest = without(data, [fields["file"]])
    parse(rest, path)
    head, _, lines = rest.decode("utf-8").partition("\n")
    if "\r" in head.removesuffix("\r"):  # lines as on a Mac of the last century
        raise SettingError(f"{path}: no line can be added to this table; save it again as CSV UTF-8.")
    separator, ending = _separator(head), "\r\n" if head.endswith("\r") else "\n"
    columns = [one.strip().casefold() for one in next(csv.reader([head.strip("\ufeff\r")], delimiter=separator))]
    lacking = [name for name in fields if name not in columns]
    head = separator.join([head.removesuffix("\r"), *lacking]) + ending
    lines += ending if lines and not lines.endswith("\n") else ""
    new = io.StringIO(newline="")
    values = [fields.get(name, "") for name in [*columns, *lacking]]
    csv.writer(new, delimiter=separator, lineterminator=ending).writerow(values)
    return f"{head}{lines}{new.getvalue()}".encode()


def _separator(text: str) -> str:
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _person(columns: list[str], row: list[str], path: Path, line: int) -> Person:
    if len(row) > len(columns) and any(field.strip() for field in row[len(columns) :]):
        raise SettingError(
            f"{path}, line {line}: there are {len(row)} fields under {len(columns)} columns;"
            ' put a field with a separator in it between double quotes (").'
        )
    fields = dict(zip(columns, (field.strip() for field in row), strict=False))
    file = normal(fields["file"])
    if not file:
        raise SettingError(f"{path}, line {line}: the column file is empty; name the picture or remove the line.")
    said: dict[str, bool | None] = {}
    for column in ("consent", "mail", "tracking"):
        answer = fields.get(column, "").casefold()
        if answer not in CONSENT:
            raise SettingError(f"{path}, line {line}: {column} must be yes or no, or empty, not {answer!r}.")
        said[column] = CONSENT[answer]
    return Person(file, line, stored(fields.get("email")), fields.get("name") or None, **said)
