"""Simple values of campaigns.toml, and tables of them; a wrong one raises SettingError, which names the key. Pure.

`where` is how the message begins: file, table and key.
"""

import contextlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.core.errors import SettingError

Check = Callable[[str, object], Any]


def table(where: str, given: object, checks: Mapping[str, Check], shape: str) -> dict[str, Any]:
    """The values of a table inside a campaign's. `shape`: what it must be, for the message."""
    if not isinstance(given, Mapping):
        raise SettingError(f"{where} must be a table{shape}")
    for key in given:
        if key not in checks:
            raise SettingError(f"{where} has an unknown key {key!r}; known keys are {', '.join(sorted(checks))}.")
    return {key: checks[key](f"{where}.{key}", one) for key, one in given.items()}


def text(where: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise SettingError(f"{where} must be text, and not empty.")
    return given


def flag(where: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise SettingError(f"{where} must be true or false.")
    return given


def number(least: float, most: float, otherwise: str = ".") -> Callable[[str, object], float]:
    def check(where: str, given: object) -> float:
        if not isinstance(given, int | float) or isinstance(given, bool) or not least <= given <= most:
            raise SettingError(f"{where} must be a number from {least} to {most}{otherwise}")
        return float(given)

    return check


def whole_number(least: int, most: int) -> Callable[[str, object], int]:
    def check(where: str, given: object) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
            raise SettingError(f"{where} must be a whole number from {least} to {most}.")
        return given

    return check


def day(where: str, given: object) -> date:
    if isinstance(given, str):
        with contextlib.suppress(ValueError):
            given = date.fromisoformat(given)
    if not isinstance(given, date) or isinstance(given, datetime):  # a datetime is a date too
        raise SettingError(f"{where} must be a date such as 2026-12-31.")
    return given


def one_of(choices: tuple[str, ...], otherwise: str = ".") -> Callable[[str, object], str]:
    def check(where: str, given: object) -> str:
        chosen = text(where, given)
        if chosen not in choices:
            raise SettingError(f"{where} must be one of {', '.join(choices)}, not {chosen[:100]!r}{otherwise}")
        return chosen

    return check
