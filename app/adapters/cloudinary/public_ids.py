"""Checks public IDs. Pure."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from app.core.errors import BadPublicId

NAMED, NAMES = 100, 6000  # public IDs in one question (Cloudinary's maximum), and characters of all of them in its URL


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


def batches(public_ids: Iterable[str]) -> Iterator[list[str]]:
    """Public IDs in parts that fit into one question each (`Cloudinary.named`)."""
    batch: list[str] = []
    length = 0
    for public_id in public_ids:
        takes = len(quote(public_id, safe=""))
        if batch and (len(batch) == NAMED or length + takes > NAMES):
            yield batch
            batch, length = [], 0
        batch.append(public_id)
        length += takes
    if batch:
        yield batch
