"""What somebody has typed and ticked in the form for photos, and what is wrong with it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.core.addresses import normalise

Problem = Literal["key", "trap", "address", "no address", "show"]

KEY = re.compile(r"[0-9a-f]{24}")
TRAP = "more"  # a field that people do not see, and programs fill in
FORMULA = ("=", "+", "-", "@")  # a spreadsheet that opens people.csv would calculate it


@dataclass(frozen=True)
class Entry:
    """A filled-in form. `key`: the photo's public ID, which the form came with, so that one form makes one photo.

    `typed`: the address as typed, "" if there is none. Consents: `show`, to be in the collage; `mail`, to be written
    to; `tracking`, to individual records of opened mails.
    """

    key: str
    typed: str = ""
    show: bool = False
    mail: bool = False
    tracking: bool = False
    trap: str = ""

    @property
    def address(self) -> str | None:
        """The address in its normal form; None if it is unusable or missing."""
        found = normalise(self.typed)
        return None if found is None or found.startswith(FORMULA) else found

    def problems(self, *, required: bool) -> list[Problem]:
        """What keeps the photo from being taken. `required`: whether the campaign requires an address."""
        nothing = not self.typed.strip()
        found: dict[Problem, bool] = {
            "key": not KEY.fullmatch(self.key),
            "trap": bool(self.trap),
            "address": not nothing and self.address is None,
            "no address": nothing and (required or self.mail),
            "show": not self.show,
        }
        return [problem for problem, there in found.items() if there]

    def said(self) -> dict[str, str]:
        """What is kept of it: the address, and yes or no for each consent."""
        consents = {"consent": self.show, "mail": self.mail, "tracking": self.mail and self.tracking}
        kept = {"email": self.address} if self.address else {}
        return kept | {name: "yes" if given else "no" for name, given in consents.items()}


def read(form: Mapping[str, str]) -> Entry:
    """The form as it was sent."""
    ticked = {name: form.get(name) == "yes" for name in ("show", "mail", "tracking")}
    return Entry(form.get("key", ""), form.get("email", ""), **ticked, trap=form.get(TRAP, ""))
