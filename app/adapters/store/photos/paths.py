"""Where the files of a photo are."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from app.adapters.store.names import file_name
from app.adapters.store.root import Root

VARIANTS = ("thumb",)  # the smallest first; app.adapters.imaging.variants says what they are
FORMER = ("medium",)  # earlier versions made these; nothing shows them, and they are removed with the photo
SUFFIXES = {variant: f".{variant}.jpg" for variant in (*VARIANTS, *FORMER)}


class PhotoPaths:
    """Every path raises BadPublicId for a public ID that is too long."""

    def __init__(self, root: Root) -> None:
        self._root = root
        # joining paths takes longer than looking at a file
        self._room: Callable[[str, str], Path] = cache(lambda campaign, room: root.path / campaign / room)

    def archive_path(self, campaign: str, public_id: str) -> Path:
        return self._room(campaign, "approved") / f"{file_name(public_id)}.jpg"

    def intermediate_path(self, campaign: str, public_id: str) -> Path:
        return self._room(campaign, "thumbnails") / f"{file_name(public_id)}.png"

    def variant_path(self, campaign: str, public_id: str, variant: str) -> Path:
        return self._room(campaign, "thumbnails") / f"{file_name(public_id)}{SUFFIXES[variant]}"

    def _paths(self, campaign: str, public_id: str) -> list[Path]:
        """Archive, intermediate, variants, also those of earlier versions."""
        return [
            self.archive_path(campaign, public_id),
            self.intermediate_path(campaign, public_id),
            *(self.variant_path(campaign, public_id, variant) for variant in reversed(SUFFIXES)),
        ]
