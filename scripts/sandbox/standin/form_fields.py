"""Parses the encodings of Cloudinary's parameters."""

from __future__ import annotations

import re

from scripts.sandbox.standin.errors import RefusalError


def context_from(text: str) -> dict[str, str]:
    """`email=a@b.c|caption=x`, where = and | inside a value are escaped with a backslash."""
    pairs: dict[str, str] = {}
    for part in re.split(r"(?<!\\)\|", text):
        name, _, value = part.partition("=")
        if name:
            pairs[name] = re.sub(r"\\([=|])", r"\1", value)
    return pairs


def tags_from(text: str) -> tuple[str, ...]:
    """`red,blue`"""
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


def is_true(value: object) -> bool:
    """The SDK sends booleans as true, 1 or JSON's true."""
    return str(value).lower() in ("true", "1")


def public_id_from(text: str) -> str:
    """A public ID that the account accepts."""
    if not 1 <= len(text) <= 255 or re.search(r"[?&#\\%<>+]", text) or text != text.strip(" /"):
        raise RefusalError(400, f"public_id ({text}) is invalid")
    return text
