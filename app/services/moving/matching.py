"""Which asset a prototype's archive is of, and whether the archive may be taken over. Pure.

The name alone does not say: `a_b_c` is `a/b/c`, `a/b_c`, `a_b/c` or `a_b_c`. Cloudinary's list of the campaign's assets
tells, if only one of them has that name.
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal

from app.core.sources import Asset

# take: it shows the asset's version; unknown: no asset has this name; ambiguous: several have; gone: its asset is not
# approved in the campaign now; older: the asset has changed since it was written, or may have
Verdict = Literal["take", "unknown", "ambiguous", "gone", "older"]


def old_name(public_id: str) -> str:
    """The file name that the prototype gave a public ID."""
    return unicodedata.normalize("NFC", public_id).replace("/", "_")


class Matching:
    """The assets of one campaign, in any state, by the prototype's name."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._by_name: dict[str, dict[str, Asset]] = {}
        for asset in assets:
            if asset.kind == "image":
                self._by_name.setdefault(old_name(asset.public_id), {})[asset.public_id] = asset

    @property
    def approved(self) -> list[Asset]:
        """The approved assets."""
        return [asset for found in self._by_name.values() for asset in found.values() if asset.approved]

    def judge(self, name: str, written_at: float) -> tuple[Verdict, list[Asset]]:
        """What to do with the archive of this name, and the assets that have it.

        `written_at`: seconds since 1970. A version is the second in which it was uploaded: an archive that was written
        earlier shows another one.
        """
        found = list(self._by_name.get(unicodedata.normalize("NFC", name), {}).values())
        if len(found) != 1:
            return ("ambiguous" if found else "unknown"), found
        if not found[0].approved:
            return "gone", found
        return ("take" if written_at >= found[0].version else "older"), found
