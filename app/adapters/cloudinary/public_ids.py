"""Checks public IDs. Pure."""

import re

from app.core.errors import BadPublicId


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
        raise BadPublicId(f"{public_id[:80]!r} is not a public ID of Cloudinary's.")


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
