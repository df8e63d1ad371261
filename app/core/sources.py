"""Where photos come from: what Collagen asks of a source, and what it answers. Pure.

`app.adapters.cloudinary` and `app.adapters.folder` both are a `Source`; services know no more of either.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

CLOUDINARY = "cloudinary"  # the source of a campaign whose table does not say
FOLDER = "folder:"  # how a source that is a directory begins; its path follows
EMBEDDED = "embedded"  # the type of a file of which only its own metadata can say whose it is

Status = Literal["approved", "pending", "rejected"]

# The pictures that a folder may have, by the endings of their names; hif is how some cameras call HEIC
FORMATS = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), "jpg"),
    "png": "png",
    **dict.fromkeys(("heic", "heif", "hif"), "heic"),
    "webp": "webp",
    "avif": "avif",
    **dict.fromkeys(("tif", "tiff"), "tif"),
    "gif": "gif",
}

# What is read of a picture's metadata for the catalogue, by exiftool's names; everything else is ignored
CATALOGUED = (
    *("DateTimeOriginal", "OffsetTimeOriginal", "CreateDate", "OffsetTimeDigitized"),
    *("GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef", "GPSDateStamp", "GPSTimeStamp"),
    *("Make", "Model"),
)
LONGEST_TAG = 200  # characters that are read of a value


@dataclass(frozen=True)
class Original:
    """What a picture was like when it was sent: pixels (as stored in the file, before it is turned upright), bytes.

    `tags`: the values of some of CATALOGUED, as they stand in the file; a stranger wrote them.
    """

    width: int
    height: int
    bytes: int
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asset:
    """One picture as its source has it.

    `folder`: as in `Campaign`. `version`, `asset_id`: both stay the same as long as the picture does. `approved_at`:
    seconds since 1970. `kind`: image, video or raw (Cloudinary's resource_type). `type`: how Cloudinary delivers it, or
    EMBEDDED. `email`: the address in its normal form (`app.core.addresses`), or the text as typed if it is unusable.
    `sent_at`: when the picture came to the source, in seconds since 1970; 0 if it does not say. `original`: only from
    `Source.state`, where it was asked for and the source knows it without opening the picture.
    `mail`, `tracking`: whether the person consents to be written to, and to individual records of opened mails; None if
    nobody asked. `person`: the name of the person on it, if one came with the photo; never a file's name.
    """

    public_id: str
    asset_id: str
    folder: str
    version: int
    approved: bool
    approved_at: float
    email: str | None
    url: str
    kind: str = "image"
    type: str = "upload"
    sent_at: float = field(default=0.0, compare=False)
    original: Original | None = field(default=None, compare=False, repr=False)
    mail: bool | None = None
    tracking: bool | None = None
    person: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list. `status`: approved, pending, rejected, or unmoderated; `changed_at`: when that was decided.

    `digest`: of the file that was imported (`app.adapters.cloudinary.uploads`), None for other pictures. `name`: what
    people call the photo: Cloudinary's display name; in a folder the person's name, else the file's.

    Lists lag by seconds and leave assets out (rejected ones always): a row says what was true, a missing row says
    nothing.
    """

    asset: Asset
    status: str
    changed_at: float
    format: str
    tags: tuple[str, ...] = ()
    digest: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a list. `others`: the assets that are not images. `next_cursor`: None on the last page.

    `notes`: files of a folder about which there is something to say, mostly why they are skipped, with the sentence.
    """

    rows: tuple[Listed, ...]
    next_cursor: str | None = None
    others: tuple[Listed, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def pages(ask: Callable[[str | None], Page]) -> Iterator[Page]:
    """Every page of a list; `ask` fetches the page at a cursor (None: the first)."""
    page = ask(None)
    yield page
    while page.next_cursor is not None:
        page = ask(page.next_cursor)
        yield page


@dataclass(frozen=True, slots=True)
class Statement:
    """Whether a moderation approved this version of an asset, or left it undecided (pending, or never submitted).

    `at`: when that was so, in seconds since 1970 by the source's clock. It was true then; it may be outdated by now.
    """

    asset_id: str
    version: int
    approved: bool
    at: float


@dataclass(frozen=True)
class Hint:
    """Something about the asset `public_id` of this `type` and `kind` (see `Asset`) may have changed.

    For an approval, `picture_url` and `version` say where the picture should be, so that it can be fetched while
    Cloudinary is asked whether the approval still holds. `brings`: whether the hint can lead to storing a photo that no
    campaign holds; if not, and none holds it, there is nothing to look up. `folder`: the asset's folder according to
    the notification, if it says. `signed`: when Cloudinary signed the notification, in seconds since 1970 by its own
    clock; None if the hint is not from a notification. `statement`: what it states about the photo's moderation.
    """

    public_id: str
    picture_url: str | None = None
    version: int | None = None
    type: str = "upload"
    kind: str = "image"
    brings: bool = True
    folder: str | None = None
    signed: int | None = None
    statement: Statement | None = None


@dataclass(frozen=True)
class Standing:
    """`left` of `limit` calls until `reset` (seconds since 1970); None if the source has not said, or has no limit.

    `refused`: the last call was refused because the limit is reached.
    """

    left: int | None = None
    limit: int | None = None
    reset: float | None = None
    refused: bool = False


class Meter(Protocol):
    """How many calls of a source were made, and how many are left."""

    @property
    def calls(self) -> int: ...

    @property
    def standing(self) -> Standing: ...


class Source(Protocol):
    """A source of photos. Thread-safe.

    `account`: which of several sources of this kind; a mirror remembers it, and never follows another one unasked.
    `any_format`: whether its pictures come in every format that Collagen reads, not only as JPEG. `remote`: whether
    lists cost calls, and lag.
    Every method raises SourceUnavailable if the source cannot be reached, BadPublicId for an ID that it cannot have.
    """

    account: str
    any_format: bool
    remote: bool

    @property
    def quota(self) -> Meter: ...

    def state(
        self, public_id: str, type: str = "upload", kind: str = "image", *, metadata: bool = False
    ) -> Asset | None:
        """The current state of a photo; None if there is none. `metadata`: with its `original`, in the same call."""

    def picture(self, public_id: str, url: str) -> bytes:
        """The picture at an asset's `url`. Raises PictureError if there is none to be had."""

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        """One page of a campaign's photos. Rejected ones may be left out."""

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        """One page of all photos that a moderator has approved or rejected, or has yet to (`pending`)."""

    def everything(self, cursor: str | None = None, kind: str = "image") -> Page:
        """One page of all assets of a kind."""

    def moderate(self, public_id: str, status: Status, type: str | None = None) -> bool:
        """Approves or rejects a photo, or lets it wait again; returns whether there is one. `type`: None for any."""

    def delete(self, public_id: str) -> bool:
        """Deletes a photo for good; returns whether there was one."""

    def ping(self) -> None:
        """Raises SourceUnavailable unless the source answers."""
