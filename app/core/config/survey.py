"""All that can be said of the settings at once. Whoever starts stops at the first problem; a doctor wants every one."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from app.core.config.settings import Settings, given, load_settings
from app.core.errors import SettingError

OURS = ("COLLAGEN_", "CLOUDINARY_")
NEAR = 0.8  # of difflib's ratio: CLOUDINAY_URL is one letter from a name that is known
# Read too, but nothing to fill in: it points the SDK to a local stand-in.
UNLISTED = {"CLOUDINARY_UPLOAD_PREFIX": ""}


@dataclass(frozen=True)
class Survey:
    """`settings`: those in which nothing is wrong, and the defaults of the others.

    `names`: what is set. `problems`: a sentence each. `placeholders`: what still is as in .env.example. `unknown`:
    names that nothing reads, and the known one that was meant, if that can be told.
    """

    settings: Settings
    names: tuple[str, ...]
    problems: tuple[str, ...]
    placeholders: tuple[str, ...]
    unknown: Mapping[str, str | None]


def survey(environ: Mapping[str, str], dotenv: Path, example: Path) -> Survey:
    """Reads every setting from `environ` and `dotenv` by itself; `example` (.env.example) names those that there are.

    Raises SettingError where there is no `example`.
    """
    known = UNLISTED | _shown(example)
    problems = []
    try:
        written = given({}, dotenv)
        problems += [f"{dotenv} has a line that is no NAME=value: line {line}." for line in _spoilt(dotenv)]
    except SettingError as error:
        written = {}
        problems.append(str(error))
    values = written | {name: value for name, value in environ.items() if value}
    # the account's settings are read together, every other one can be right or wrong alone
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
    """The names in .env.example, and what it shows as their values."""
    try:
        lines = example.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingError(f"{example} cannot be read, which names the settings: {error.strerror}.") from None
    found = (re.fullmatch(r"#?([A-Z][A-Z0-9_]*)=(.*)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def _is_placeholder(value: str | None, shown: str) -> bool:
    """Defaults that are shown may stay; an address of nobody's, or something in angle brackets, may not."""
    return value is not None and value == shown and re.search(r"<[a-z ]+>|\bexample\.org\b", shown) is not None


def _unknown(values: Mapping[str, str], written: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in sorted(set(values) - set(known)):
        near = next(iter(difflib.get_close_matches(name, known, 1, NEAR)), None)
        # what else is in the environment is other programs'
        if name.startswith(OURS) or (near and name in written):
            found[name] = near
    return found


def _spoilt(dotenv: Path) -> list[int]:
    """Numbers of the lines of .env that are passed over because they are none."""
    if not dotenv.is_file():
        return []
    with dotenv.open(encoding="utf-8") as file:
        return [binding.original.line for binding in parse_stream(file) if binding.error]
