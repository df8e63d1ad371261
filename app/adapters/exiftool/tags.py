"""The metadata of an archive, and the EXIF and XMP tags that hold it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from app.core.cropping import Cut, Why

# exiftool's names. A cut is written as Camera Raw writes it, in fractions of the original (Adobe, XMP Specification
# Part 2, 3.3: crs); AlreadyApplied keeps programs from cutting again. How it was chosen is an event in the file's
# history (3.2: stEvt) with the specified action "cropped".
EMAIL, PUBLIC_ID, ASSET_ID = "EXIF:UserComment", "XMP-dc:Identifier", "XMP-dc:Source"
VERSION = "XMP-xmpMM:VersionID"
TYPE = "XMP-dc:Type"
TERMS = "XMP-xmpRights:UsageTerms"
NO_TRACKING = "no individual records of opened mails"
SIDES = ("XMP-crs:CropLeft", "XMP-crs:CropTop", "XMP-crs:CropRight", "XMP-crs:CropBottom")
CROPPED = {"XMP-crs:HasCrop": "True", "XMP-crs:AlreadyApplied": "True", "XMP-xmpMM:HistoryAction": "cropped"}
WHY = "XMP-xmpMM:HistoryParameters"
READ = (EMAIL, PUBLIC_ID, ASSET_ID, VERSION, TYPE, TERMS, *SIDES, WHY)

PLACES = 5000  # places of a cut that a mark distinguishes


@dataclass(frozen=True)
class Tags:
    """The metadata of an archive.

    `cut`: None if next to nothing of the original was cut off. `type`: how Cloudinary delivers the photo (`Asset`).
    `tracking`: whether opened mails may be recorded by person.
    """

    email: str | None = None
    public_id: str | None = None
    asset_id: str | None = None
    version: int | None = None
    cut: Cut | None = None
    type: str = "upload"
    tracking: bool = True

    @property
    def mark(self) -> float | None:
        """Identifies the picture: its version, and the place of its cut as a fraction of a second.

        Everything made from the archive has it as modification time. None if the version is not known.
        """
        if self.version is None or self.cut is None:
            return self.version
        return self.version + (1 + round(self.cut.place * PLACES)) / 10_000


def values(tags: Tags) -> dict[str, str | None]:
    """The values for exiftool to write; None if there is none."""
    found = {
        EMAIL: tags.email,
        PUBLIC_ID: tags.public_id,
        ASSET_ID: tags.asset_id,
        VERSION: None if tags.version is None else str(tags.version),
        TYPE: None if tags.type == "upload" else tags.type,
        TERMS: None if tags.tracking else NO_TRACKING,
    }
    if tags.cut is None:
        return found
    sides = (tags.cut.left, tags.cut.top, tags.cut.right, tags.cut.bottom)
    cut = {name: f"{side:.6f}" for name, side in zip(SIDES, sides, strict=True)}
    return found | cut | CROPPED | {WHY: tags.cut.why}


def of(row: Mapping[str, str]) -> Tags:
    """Tags from exiftool's output, which names them without their groups."""
    version = row.get(_name(VERSION), "")
    return Tags(
        email=row.get(_name(EMAIL)) or None,
        public_id=row.get(_name(PUBLIC_ID)) or None,
        asset_id=row.get(_name(ASSET_ID)) or None,
        version=int(version) if version.isascii() and version.isdigit() else None,
        cut=_cut(row),
        type=row.get(_name(TYPE)) or "upload",
        tracking=row.get(_name(TERMS)) != NO_TRACKING,
    )


def _cut(row: Mapping[str, str]) -> Cut | None:
    """None also for an impossible cut: an archive that another program has written to is still an archive."""
    why = next((one for one in get_args(Why) if one == row.get(_name(WHY))), None)
    try:
        left, top, right, bottom = (float(row[_name(side)]) for side in SIDES)
    except (KeyError, ValueError):
        return None
    if why is None or not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        return None
    return Cut(left, top, right, bottom, why)


def _name(tag: str) -> str:
    return tag.partition(":")[2]
