"""The table `[<campaign>.form]` of campaigns.toml: what the form for photos asks, and until when it is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.core.config.values import Check, day, one_of, table, text
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


def read_form(where: str, given: object) -> JoinForm:
    """Reads the table. `where`: how messages begin. Raises SettingError, which names the key."""
    return JoinForm(**table(where, given, CHECKS, ": [<campaign>.form]."))


def _wording(where: str, given: object) -> str:
    wording = text(where, given)
    if len(wording) > LONGEST:
        raise SettingError(
            f"{where} has over {LONGEST} characters; link to a longer text from the campaign's own page."
        )
    return wording.strip()


CHECKS: Mapping[str, Check] = {
    "address": one_of(ADDRESSES),
    "until": day,
    "show": _wording,
    "mail": _wording,
    "tracking": _wording,
}
