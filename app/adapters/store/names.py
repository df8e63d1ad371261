"""Public IDs as file names: safe and reversible.

`/` becomes `+` (Cloudinary forbids `+` in public IDs), anything outside [A-Za-z0-9._-] and a leading `.` are
percent-encoded: `test_prototype/bs8psp5f` ↔ `test_prototype+bs8psp5f`.
"""

import hashlib
import re
from urllib.parse import unquote

from app.core.errors import BadPublicId

PLAIN = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,199}").fullmatch
LONGEST = 200  # bytes; file systems take 255, and suffixes and temporary names need some


def file_name(public_id: str) -> str:
    """The name (without suffix) of the files of a photo. Raises BadPublicId if it is over 200 bytes."""
    if "+" not in public_id and PLAIN(name := public_id.replace("/", "+")):  # most are, and there may be thousands
        return name
    name = re.sub(r"[^A-Za-z0-9._-]", lambda found: "+" if found[0] == "/" else _percent(found[0]), public_id)
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > LONGEST:
        raise BadPublicId(
            f"The public ID {public_id[:60]!r}… is too long for a file name ({len(name)} bytes, {LONGEST} at most);"
            " give the photo a shorter name where it comes from."
        )
    return name


def digest(public_id: str) -> str:
    """A digest that stands for a public ID in notes that must not name anybody."""
    return hashlib.sha256(public_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))


def public_id_of(name: str) -> str:
    """The public ID that `file_name` turned into this name."""
    return unquote(name.replace("+", "/"))


def is_file_name(name: str) -> bool:
    """Whether `file_name` could return this name."""
    if PLAIN(name):  # most are, and a campaign has tens of thousands
        return True
    try:
        return name != "" and file_name(public_id_of(name)) == name
    except (BadPublicId, UnicodeError):
        return False
