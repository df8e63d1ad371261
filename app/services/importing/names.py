"""What the asset of an imported picture is called. Pure."""

import hashlib
import re

from app.adapters.store.names import LONGEST, file_name
from app.core.errors import BadPublicId

MARK = 8  # hexadecimal digits of the path's digest: two paths may look the same once they are made safe
LONGEST_TAG = 255  # characters; Cloudinary's maximum


def public_id(folder: str, file: str) -> str:
    """The public ID of a file in a campaign's folder: `sayno/Summer_2025-IMG_1234-1f2e3d4c`.

    The same path gives the same ID on any machine. It has no folder but the campaign's: where folders are part of the
    public ID, the picture must be in that one. Raises BadPublicId if the folder's name is too long.
    """
    parts = (re.sub(r"[^\w-]+", "_", part).strip("_") for part in stem(file).split("/"))
    readable = "-".join(part for part in parts if part)
    mark = hashlib.sha256(file.encode("utf-8")).hexdigest()[:MARK]
    while readable and not _fits(f"{folder}/{readable}-{mark}"):
        readable = readable[1:]  # its end, the file's own name, says the most
    name = f"{folder}/{readable}-{mark}" if readable else f"{folder}/{mark}"
    file_name(name)
    return name


def stem(file: str) -> str:
    """A path without the ending of the file's name."""
    return re.sub(r"(?<=[^/])\.[^./]*\Z", "", file)


def tags(file: str) -> tuple[str, ...]:
    """The albums of a file, the outermost first: one for each folder that it is in. A tag cannot have a comma."""
    albums = (" ".join(part.replace(",", " ").split())[:LONGEST_TAG] for part in file.split("/")[:-1])
    return tuple(dict.fromkeys(album for album in albums if album))


def _fits(name: str) -> bool:
    try:
        return len(file_name(name)) <= LONGEST and len(name) <= 255
    except BadPublicId:
        return False
