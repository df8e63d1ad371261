"""Traces of a person to be forgotten in log lines and JSON documents. Pure."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.addresses import key, spellings


def is_like_an_address(text: str) -> bool:
    """Whether a text names one person, unlike "-" or "none"."""
    return re.search(r"\w.*@.*\w", text) is not None


@dataclass(frozen=True)
class Person:
    """A person as records name them: public IDs of photos, and e-mail addresses as stored or entered."""

    public_ids: frozenset[str]
    addresses: frozenset[str]

    def has_address(self, address: str | None) -> bool:
        """Whether this is one of the person's addresses, in any spelling."""
        return bool(address) and key(address or "") in self._keys

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(key(address) for address in self.addresses)

    @cached_property
    def _written(self) -> re.Pattern[str] | None:
        """How the addresses may appear in a text."""
        forms = {*self.addresses, *(form for address in self.addresses for form in spellings(address))}
        known = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True) if is_like_an_address(form))
        return re.compile(rf"(?<![\w.+-])(?:{known})(?![\w-])", re.IGNORECASE) if known else None

    def is_in_line(self, line: str) -> bool:
        """Whether a line of a log names the person: a JSON object, or plain text with an ID or address in it."""
        if line.startswith("{"):
            return self.is_in_document(line.encode("utf-8"))
        return self._is_in_text(line)

    def is_in_document(self, raw: bytes) -> bool:
        """Whether a JSON document names the person in a value or a key, however it is escaped."""
        try:
            return self._is_in(json.loads(raw))
        except (ValueError, RecursionError):
            return self._is_in_text(raw.decode("utf-8", "replace"))

    def _is_in(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(self._is_in(part) for pair in value.items() for part in pair)
        if isinstance(value, list):
            return any(self._is_in(part) for part in value)
        return isinstance(value, str) and (
            value in self.public_ids or self._has_address_in(value) or ("@" in value and self.has_address(value))
        )

    def _is_in_text(self, text: str) -> bool:
        # an ID counts only as a whole: "a/b" is not in "a/b2" or "x/a/b"; logs have single spaces only
        forms = {*self.public_ids, *(" ".join(public_id.split()) for public_id in self.public_ids)}
        ids = (rf"(?<![\w./-]){re.escape(form)}(?![\w/-])" for form in forms if form)
        return any(re.search(pattern, text) for pattern in ids) or self._has_address_in(text)

    def _has_address_in(self, text: str) -> bool:
        return self._written is not None and self._written.search(text) is not None
