"""What to do with one file. Pure: the questions are asked and the files read elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.core.sources import Listed

Verdict = Literal["upload", "there", "same", "refused", "failed", "ask"]


@dataclass(frozen=True)
class Decision:
    """`why`: of a failure, its reason; of `same` and `refused`, the other file with the same bytes ("" if none is).

    "ask": whether the asset with this public ID is the same picture, only Cloudinary can say.
    """

    verdict: Verdict
    why: str = ""


@dataclass
class Known:
    """What is known before a file is looked at.

    `digests`: those of the pictures in the campaign, also of rejected ones; `assets`: by public ID, the digest of each
    asset (None: it has none); `refused`: by digest, the files of people who do not consent; `taken`: by digest, the
    files of this run.
    """

    digests: set[str] = field(default_factory=set)
    assets: dict[str, str | None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def add(self, rows: Iterable[Listed], folder: str) -> None:
        """Adds rows of lists. `folder`: the campaign's; a picture in another one only keeps its public ID."""
        for row in rows:
            self.assets[row.asset.public_id] = row.digest
            if row.asset.folder == folder and row.digest is not None:
                self.digests.add(row.digest)


def decide(file: str, public_id: str, digest: str, known: Known) -> Decision:
    """What to do with a file, by the digest of its bytes. A file to upload has been entered in `known.taken`."""
    if digest in known.refused:
        return Decision("refused", _other(file, known.refused[digest]))
    if digest in known.digests:
        return Decision("there")
    first = known.taken.setdefault(digest, file)
    if first != file:
        return Decision("same", first)
    if public_id not in known.assets:
        return Decision("upload")
    there = known.assets[public_id]
    if there is None:
        return Decision("ask")
    return Decision("there") if there == digest else Decision("failed", changed(public_id))


def changed(public_id: str) -> str:
    """Why a file whose public ID another picture has is not uploaded."""
    return (
        f"another picture is in Cloudinary as {public_id}: if the file has changed since it was imported, rename it to"
        " import it as a new picture"
    )


def too_large(size: int, most: Mapping[str, int]) -> str:
    """Why a file of `size` bytes is not uploaded; "" if it is small enough. `most`: the limits, by whose they are."""
    for whose, limit in most.items():
        if size > limit:
            return (
                f"it has {size / 1e6:.1f} MB, and {whose} takes {limit / 1e6:.1f} MB a picture;"
                " export it smaller, or as JPEG"
            )
    return ""


def _other(file: str, other: str) -> str:
    return "" if other == file else other
