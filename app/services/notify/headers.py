"""Writes a mail's headers so that their values arrive unchanged and none can inject another header.

Python's own classes are avoided where they do harm: they turn a long link in List-Unsubscribe into encoded words, which
no mail program reads (https://github.com/odoo/odoo/pull/289182), and they decode encoded words in their input, line
breaks included, so that a title could add a header.
"""

import re
import textwrap
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import EmailPolicy, Policy
from typing import Any

from app.core.addresses import sender_parts
from app.core.errors import SettingError

# an encoded line has at most 76 characters (RFC 2045, 6.7), two fewer than Python's default
WIRE_COLUMNS = 76
LONGEST_HEADER = 900  # characters of an address or link; a line has at most 998 (RFC 5322, 2.1.1)


class _AsItIs(BaseHeader):
    """A header written on one line, exactly as given."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["decoded"] = value
        kwds["parse_tree"] = None

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Text(_AsItIs):
    """A header for people to read: encoded if necessary, and folded."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {_encoded(str(self), len(self.name) + 2, policy.linesep)}{policy.linesep}"


_REGISTRY = HeaderRegistry()
for _name in ("from", "to", "message-id", "list-unsubscribe"):
    _REGISTRY.map_to_type(_name, _AsItIs)
_REGISTRY.map_to_type("subject", _Text)
POLICY = EmailPolicy(header_factory=_REGISTRY, max_line_length=WIRE_COLUMNS, linesep="\r\n")


def one_line(text: str) -> str:
    """`text` without line breaks and other control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", text).split())


def _encoded(text: str, before: int, linesep: str = "\n") -> str:
    """Header text, encoded by RFC 2047 if it is not plain. `before`: characters before it on its line."""
    plain = text.isascii() and "=?" not in text and all(len(word) <= WIRE_COLUMNS - before for word in text.split())
    if plain:
        indent = " " * before
        lines = textwrap.wrap(text, WIRE_COLUMNS, initial_indent=indent, break_long_words=False, break_on_hyphens=False)
        return f"{linesep} ".join(lines).lstrip()
    header = Header(text, "utf-8", maxlinelen=WIRE_COLUMNS, header_name=" " * (before - 2))
    return header.encode(linesep=linesep)


def sender_header(sender: str) -> str:
    """The value of From, in one line. Raises SettingError."""
    parts = sender_parts(one_line(sender))
    if parts is None or len(sender) > LONGEST_HEADER // 3:
        raise SettingError("COLLAGEN_MAIL_FROM must look like Say No <hello@example.org>.")
    name, address = parts
    if not name:
        return address
    if name.isascii() and "=?" not in name:
        quoted = re.sub(r'([\\"])', r"\\\1", name)
        return f'"{quoted}" <{address}>'
    return f"{' '.join(_encoded(name, 6).split())} <{address}>"
