"""Everything that is wrong with the settings, at once: a program stops at the first problem, the doctor lists all."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from app.core.config.settings import Settings, load_settings, read_values
from app.core.errors import SettingError

OURS = ("COLLAGEN_", "CLOUDINARY_")
NEAR = 0.8  # difflib's ratio: CLOUDINAY_URL is one letter from a known name
# Also read, but not for people to set: it points the SDK to a local stand-in.
UNLISTED = {"CLOUDINARY_UPLOAD_PREFIX": ""}


@dataclass(frozen=True)
class Survey:
    """`settings`: the right values, and defaults for the others.

    `names`: what is set. `problems`: a sentence each. `placeholders`: names that still have their value from
    .env.example. `unknown`: names that nothing reads, with the known name that was probably meant.
    """

    settings: Settings
    names: tuple[str, ...]
    problems: tuple[str, ...]
    placeholders: tuple[str, ...]
    unknown: Mapping[str, str | None]


def survey(environ: Mapping[str, str], dotenv: Path, example: Path) -> Survey:
    """Reads each setting from `environ` and `dotenv` separately; `example` (.env.example) names the known ones.

    Raises SettingError if there is no `example`.
    """
    known = UNLISTED | _shown(example)
    problems = []
    try:
        written = read_values({}, dotenv)
        problems += [f"{dotenv} has a line that is not NAME=value: line {line}." for line in _spoilt(dotenv)]
    except SettingError as error:
        written = {}
        problems.append(str(error))
    values = written | {name: value for name, value in environ.items() if value}
    # the account's settings are read together, each other setting alone
    groups = [[name for name in known if name.startswith("CLOUDINARY_")]]
    groups += [[name] for name in known if not name.startswith("CLOUDINARY_")]
    right: dict[str, str] = {}
    for group in groups:
        part = {name: values[name] for name in group if name in values}
        try:
            load_settings(part, Path(os.devnull))
        except SettingError as error:
            problems.append(str(error))
        else:
            right |= part
    return Survey(
        load_settings(right, Path(os.devnull)),
        tuple(name for name in known if name in values),
        tuple(problems),
        tuple(name for name in known if _is_placeholder(values.get(name), known[name])),
        _unknown(values, written, known),
    )


def _shown(example: Path) -> dict[str, str]:
    """The names in .env.example, and their values there."""
    try:
        lines = example.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingError(f"{example}, which names the settings, cannot be read: {error.strerror}.") from None
    found = (re.fullmatch(r"#?([A-Z][A-Z0-9_]*)=(.*)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def _is_placeholder(value: str | None, shown: str) -> bool:
    """Whether a value is an example to replace: at example.org, or in angle brackets. Shown defaults may stay."""
    return value is not None and value == shown and re.search(r"<[a-z ]+>|\bexample\.org\b", shown) is not None


def _unknown(values: Mapping[str, str], written: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in sorted(set(values) - set(known)):
        near = next(iter(difflib.get_close_matches(name, known, 1, NEAR)), None)
        # other names in the environment belong to other programs
        if name.startswith(OURS) or (near and name in written):
            found[name] = near
    return found


def _spoilt(dotenv: Path) -> list[int]:
    """Line numbers of .env that are skipped because they are malformed."""
    if not dotenv.is_file():
        return []
    with dotenv.open(encoding="utf-8") as file:
        return [binding.original.line for binding in parse_stream(file) if binding.error]
