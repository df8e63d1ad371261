"""Public IDs as file names: safe and reversible.

`/` becomes `+` (Cloudinary forbids `+` in public IDs), anything outside [A-Za-z0-9._-] and a leading `.` are
percent-encoded: `test_prototype/bs8psp5f` ↔ `test_prototype+bs8psp5f`.
"""

import re
from urllib.parse import unquote

from app.errors import BadPublicId

LONGEST = 200  # bytes; file systems take 255, and suffixes and temporary names need some


def check_public_id(public_id: str) -> None:
    """Raises BadPublicId for an ID that Cloudinary cannot have, or that its SDK would read as another one.

    The SDK unquotes public IDs and collapses dot segments, so such an ID would name a different asset.
    """
    if (
        not 1 <= len(public_id) <= 255
        or re.search(r"[?&#\\%<>+\x00-\x1f\x7f]|//|\.\.", public_id)
        or public_id != public_id.strip().strip("/")
        or "." in public_id.split("/")
        or not _encodable(public_id)
    ):
        raise BadPublicId(f"{public_id[:80]!r} is no public ID of Cloudinary's.")


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def file_name(public_id: str) -> str:
    """The name (without suffix) of the files of a photo. Raises BadPublicId if it is over 200 bytes."""
    name = "".join(
        "+"
        if character == "/"
        else character
        if re.fullmatch(r"[A-Za-z0-9._-]", character)
        else _percent(character)
        for character in public_id
    )
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > LONGEST:
        raise BadPublicId(
            f"The public ID {public_id[:60]!r}… is too long for a file name ({len(name)} bytes, {LONGEST} at most);"
            " rename the photo in Cloudinary."
        )
    return name


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))


def public_id_of(name: str) -> str:
    """The public ID of which `file_name` made this name."""
    return unquote(name.replace("+", "/"))
