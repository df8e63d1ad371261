"""What a picture is called in object storage. Pure."""

import hashlib
from typing import Literal, get_args

Variant = Literal["thumb", "small", "full"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
ENDINGS = {"thumb": "jpg", "small": "png", "full": "jpg"}
TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def key(campaign: str, public_id: str, number: int, variant: Variant) -> str:
    """`<campaign>/<digest>/<number>-<variant>.jpg`: a digest, because public IDs may hold names and any character.

    `number`: of the photo (`Photos.version`), so that another picture has another key.
    """
    digest = hashlib.sha256(public_id.encode("utf-8")).hexdigest()[:32]
    return f"{campaign}/{digest}/{number}-{variant}.{ENDINGS[variant]}"


def content_type(of: str) -> str:
    """The type of an object, by its key."""
    return TYPES[of.rpartition(".")[2]]
