"""The manifest of a finished collage: well-formed, or the collage is unsound. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar

from app.adapters.store.collages.schema import check
from app.adapters.store.documents import parsed
from app.core.errors import CollageUnsound


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cells:
    """How the canvas is divided. `terms`: the terms of the cost, empty in older manifests."""

    cols: int
    rows: int
    cell_width: int
    cell_height: int
    used: int
    left_out: int
    terms: Mapping[str, Any]


Format = Literal["png", "jpeg", "tiff", "pdf"]
TARGET = "target.jpg"  # the picture of a mosaic: private, so no file of the manifest


@dataclass(frozen=True, slots=True)
class Print:
    """Millimetres, pixels an inch, and the format of the file: png, jpeg, tiff or pdf."""

    width_mm: float
    height_mm: float
    dpi: int
    format: Format

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finer:
    """A grid with a column and a row more, and how many people it takes."""

    cols: int
    rows: int
    people: int


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """What the people of a mosaic show together, and how well.

    `repeat`: how often each may be in it; `tint`: the picture's part in each cell, 0 to 0.4; `target_sha256`: of its
    file; `error`, `random_error`: the mean colour difference (ΔE) of cells, and that of the same people at random.
    """

    repeat: int
    tint: float
    target_sha256: str
    error: float
    random_error: float
    finer: Finer


@dataclass(frozen=True, slots=True)
class Tile:
    """The visible part of a cell, in canvas pixels, and whose photo it shows."""

    public_id: str
    col: int
    row: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class File:
    """A picture in the collage's directory."""

    name: str
    width: int
    height: int
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Summary:
    """A manifest without the position of each tile. Lists of people hold public IDs, `shown` in the order of the grid.

    Everyone is in `shown` once, also in a mosaic that repeats people: where they are first.

    `duplicates`: further photos of people who are shown or left out. `files`: the master first. `print`: None for a
    collage for screens; `background`: `#RRGGBB`, None where padding is transparent. `pin`: the places of people who are
    pinned, by public ID: `middle` or `row,column`, counted from 1. `look`: in which people are shown, None for
    the photos themselves; `recipe`: the hash of its recipe; `without_look`: who had no result of it.
    `mosaic`: None if people are seated in the order of approval.
    """

    id: str
    campaign: str
    created_at: str
    revision: int
    canvas: Size
    layout: Cells
    shown: tuple[str, ...]
    left_out: tuple[str, ...]
    duplicates: tuple[str, ...]
    unreadable: tuple[str, ...]
    files: tuple[File, ...]
    print: Print | None = field(default=None, kw_only=True)
    background: str | None = field(default=None, kw_only=True)
    pin: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    look: str | None = field(default=None, kw_only=True)
    recipe: str | None = field(default=None, kw_only=True)
    without_look: tuple[str, ...] = field(default=(), kw_only=True)
    mosaic: ShownPicture | None = field(default=None, kw_only=True)

    @property
    def master(self) -> File:
        """The picture of the whole canvas."""
        return self.files[0]

    @property
    def not_shown(self) -> frozenset[str]:
        """Everyone who was considered but is not shown."""
        return frozenset((*self.left_out, *self.duplicates, *self.unreadable, *self.without_look))


@dataclass(frozen=True)
class Manifest(Summary):
    """`document`: the JSON it was read from, which may have further keys."""

    tiles: tuple[Tile, ...]
    document: Mapping[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The manifest as stored on disk."""
        return dict(self.document)

    def summary(self) -> Summary:
        return Summary(**{part.name: getattr(self, part.name) for part in fields(Summary)})

    def without(self, public_ids: Collection[str]) -> dict[str, Any]:
        """The manifest's JSON without these photos among those that are not shown."""
        every = ("left_out", "duplicates", "unreadable", "without_look")
        lists = {key: self.document[key] for key in every if key in self.document}
        kept = {key: [one for one in names if one not in public_ids] for key, names in lists.items()}
        return self.as_json() | kept

    def with_file(self, new: File) -> dict[str, Any]:
        """The manifest's JSON with this file replacing the one with its name."""
        files = [new.as_json() if old["name"] == new.name else old for old in self.document["files"]]
        return self.as_json() | {"files": files}


Part = TypeVar("Part", Size, Cells, Tile, File, Print, Finer, ShownPicture)


def read(raw: bytes, campaign: str, collage: str) -> Manifest:
    """The manifest in `raw`. Raises CollageUnsound, which names the collage and says what to do."""
    try:
        document = check(parsed(raw), collage)
    except ValueError as error:
        raise CollageUnsound(
            f"The manifest of the collage {collage} of {campaign} is damaged ({error}), so nobody can tell whom the"
            " collage shows. Restore its manifest.json from a backup, or withdraw the collage:"
            f" python -m app check {campaign} --repair",
            damage=str(error),
        ) from None
    return Manifest(
        id=document["id"],
        campaign=document["campaign"],
        created_at=document["created_at"],
        revision=document.get("revision", 1),
        canvas=_part(Size, document["canvas"]),
        layout=_part(Cells, {"terms": {}} | document["layout"]),
        shown=tuple(dict.fromkeys(tile["public_id"] for tile in document["tiles"])),
        left_out=tuple(document["left_out"]),
        duplicates=tuple(document.get("duplicates", ())),
        unreadable=tuple(document["unreadable"]),
        files=tuple(_part(File, file) for file in document["files"]),
        print=_part(Print, document["print"]) if "print" in document else None,
        background=document.get("background"),
        pin=document.get("pin", {}),
        look=document.get("look"),
        recipe=document.get("recipe"),
        without_look=tuple(document.get("without_look", ())),
        mosaic=_shown_picture(document["mosaic"]) if "mosaic" in document else None,
        tiles=tuple(_part(Tile, tile) for tile in document["tiles"]),
        document=document,
    )


def _shown_picture(value: Mapping[str, Any]) -> ShownPicture:
    return _part(ShownPicture, {**value, "finer": _part(Finer, value["finer"])})


def _part(kind: type[Part], value: Mapping[str, Any]) -> Part:
    """The keys of a JSON object that `kind` has fields for."""
    return kind(**{part.name: value[part.name] for part in fields(kind)})
