"""The table `[<campaign>.form]` of campaigns.toml: what the form for photos asks, and until when it is open."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from app.core.errors import SettingError

ADDRESSES = ("optional", "required")
LONGEST = 1000  # characters of a wording


@dataclass(frozen=True)
class JoinForm:
    """`address`: one of ADDRESSES. `until`: the last day (UTC).

    `show`, `mail`, `tracking`: how the campaign words the three consents, to be shown, to be written to, and to
    individual records of opened mails; None for our own wording, in the campaign's language.
    """

    address: str = "optional"
    until: date | None = None
    show: str | None = None
    mail: str | None = None
    tracking: str | None = None

    def is_over(self, today: date) -> bool:
        """Whether the last day is past; photos are still taken on the last day."""
        return self.until is not None and today > self.until


def read_form(where: str, table: object) -> JoinForm:
    """Reads the table. `where`: how messages begin. Raises SettingError, which names the key."""
    if not isinstance(table, Mapping):
        raise SettingError(f"{where} must be a table: [<campaign>.form].")
    known = [field.name for field in fields(JoinForm)]
    for key in table:
        if key not in known:
            raise SettingError(f"{where} has an unknown key {key!r}; known keys are {', '.join(sorted(known))}.")
    return JoinForm(**{key: _value(f"{where}.{key}", key, value) for key, value in table.items()})


def _value(where: str, key: str, value: object) -> Any:
    if key == "until":
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if not isinstance(value, date) or isinstance(value, datetime):  # a datetime is a date too
            raise SettingError(f"{where} must be a date such as 2026-12-31.")
        return value
    if not isinstance(value, str) or not value.strip():
        raise SettingError(f"{where} must be text, and not empty.")
    if key == "address" and value not in ADDRESSES:
        raise SettingError(f"{where} must be one of {', '.join(ADDRESSES)}, not {value!r}.")
    if len(value) > LONGEST:
        raise SettingError(
            f"{where} has over {LONGEST} characters; link to a longer text from the campaign's own page."
        )
    return value.strip()
