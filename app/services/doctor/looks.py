"""Checks the looks: whether looks.toml can be read, and what this machine lacks to make them."""

from collections.abc import Iterator
from pathlib import Path

from app.services.doctor.result import OK, WARN, Result
from app.services.looks.recipes import load_looks
from app.services.looks.tools import Tools


def looks(path: Path, tools: Tools) -> Iterator[Result]:
    """`path`: looks.toml; `tools`: with the models of this machine. Raises SettingError.

    What a look lacks is a warning: another machine may make it, and everything else works.
    """
    known = load_looks(path)
    try:
        lacking = {name: lack for name, look in known.items() if (lack := look.missing(tools)) is not None}
    finally:
        tools.close()
    for name, lack in lacking.items():
        yield Result("looks", WARN, f"{name} cannot be made here: {lack}")
    if not known:
        yield Result("looks", OK, f"off: {path} does not exist" if not path.exists() else f"off: {path} has none")
    elif not lacking:
        yield Result("looks", OK, f"{', '.join(known)} can be made here")
