"""The manifest of a finished collage: its shape is right, or the collage is unsound. Pure.

The keys are those that `services/collage/manifest.py` writes. `duplicates`, `revision`, `versions` and the layout's
`terms` may be missing: older manifests lack some of them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from app.adapters.store.documents import is_count, moment, parsed
from app.adapters.store.names import file_name
from app.core.errors import BadPublicId, CollageUnsound


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cells:
    """How the canvas is divided. `terms`: how the cost is made up, empty in older manifests."""

    cols: int
    rows: int
    cell_width: int
    cell_height: int
    used: int
    left_out: int
    terms: Mapping[str, Any]


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

    `duplicates`: further photos of people who are shown or left out. `files`: the master first.
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

    @property
    def not_shown(self) -> frozenset[str]:
        """Everyone who was considered and is not shown."""
        return frozenset((*self.left_out, *self.duplicates, *self.unreadable))


@dataclass(frozen=True)
class Manifest(Summary):
    """`document`: the JSON that it was read from, which may have further keys."""

    tiles: tuple[Tile, ...]
    document: Mapping[str, Any] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The manifest as it is on disk."""
        return dict(self.document)

    def summary(self) -> Summary:
        return Summary(**{part.name: getattr(self, part.name) for part in fields(Summary)})

    def without(self, public_ids: Collection[str]) -> dict[str, Any]:
        """The JSON of a manifest that does not name these photos among those that are not shown."""
        lists = {key: self.document[key] for key in ("left_out", "duplicates", "unreadable") if key in self.document}
        kept = {key: [one for one in names if one not in public_ids] for key, names in lists.items()}
        return self.as_json() | kept

    def with_file(self, new: File) -> dict[str, Any]:
        """The JSON of a manifest that describes this file in place of the one with its name."""
        files = [new.as_json() if old["name"] == new.name else old for old in self.document["files"]]
        return self.as_json() | {"files": files}


Part = TypeVar("Part", Size, Cells, Tile, File)


def read(raw: bytes, campaign: str, collage: str) -> Manifest:
    """The manifest in `raw`. Raises CollageUnsound, which names the collage and says what to do."""
    try:
        document = _object(parsed(raw), "it")
        _check(document, collage)
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
        shown=tuple(tile["public_id"] for tile in document["tiles"]),
        left_out=tuple(document["left_out"]),
        duplicates=tuple(document.get("duplicates", ())),
        unreadable=tuple(document["unreadable"]),
        files=tuple(_part(File, file) for file in document["files"]),
        tiles=tuple(_part(Tile, tile) for tile in document["tiles"]),
        document=document,
    )


def _part(kind: type[Part], value: Mapping[str, Any]) -> Part:
    """The keys of a JSON object that `kind` has fields for."""
    return kind(**{part.name: value[part.name] for part in fields(kind)})


def _check(manifest: dict[str, Any], collage: str) -> None:
    """Raises ValueError with what is wrong; nothing in it comes from the file."""
    _texts(manifest, ("id", "campaign", "created_at"))
    if manifest["id"] != collage:
        raise ValueError("it is that of another collage")
    if moment(manifest["created_at"]) is None:
        raise ValueError("created_at is not a time")
    canvas = _object(manifest.get("canvas"), "canvas")
    _counts(canvas, ("width", "height"), 1)
    layout = _object(manifest.get("layout"), "layout")
    _counts(layout, ("cols", "rows", "cell_width", "cell_height", "used"), 1)
    _counts(layout, ("left_out",), 0)
    _object(layout.get("terms", {}), "terms")
    _check_tiles(manifest.get("tiles"), canvas, layout)
    for key in ("left_out", "unreadable"):
        _check_public_ids(_list(manifest.get(key), key))
    _check_public_ids(_list(manifest.get("duplicates", []), "duplicates"))
    _check_files(_list(manifest.get("files"), "files"))
    if not is_count(manifest.get("revision", 1), 1):
        raise ValueError("revision is not a number")


def _check_tiles(tiles: object, canvas: Mapping[str, int], layout: Mapping[str, int]) -> None:
    """A cell without a name would show somebody whom nobody can find, or ever take out."""
    places = set()
    for tile in _list(tiles, "tiles"):
        _object(tile, "a tile")
        _texts(tile, ("public_id",))
        _counts(tile, ("col", "row", "x", "y"), 0)
        _counts(tile, ("width", "height"), 1)
        if tile["x"] + tile["width"] > canvas["width"] or tile["y"] + tile["height"] > canvas["height"]:
            raise ValueError("a tile is not on the canvas")
        if tile["col"] < layout["cols"] and tile["row"] < layout["rows"]:
            places.add((tile["col"], tile["row"]))
    _check_public_ids(tile["public_id"] for tile in _list(tiles, "tiles"))
    used, named = layout["used"], len(_list(tiles, "tiles"))
    if not len(places) == named == used == layout["cols"] * layout["rows"]:
        raise ValueError(f"it names {named} people for {used} places")


def _check_files(files: list[Any]) -> None:
    for file in files:
        _object(file, "a file")
        _texts(file, ("name", "sha256"))
        _counts(file, ("width", "height", "bytes"), 1)
        if "/" in file["name"] or file["name"].startswith("."):
            raise ValueError("a file is not in the collage's directory")
    if not files:
        raise ValueError("files is empty")


def _check_public_ids(public_ids: Iterable[object]) -> None:
    for public_id in public_ids:
        try:
            named = isinstance(public_id, str) and file_name(public_id)
        except (BadPublicId, UnicodeEncodeError):
            named = False
        if not named:
            raise ValueError("a public ID cannot be a photo's")


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object")  # noqa: TRY004 -- of the file, not of a caller
    return value


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is not a list")  # noqa: TRY004
    return value


def _texts(value: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in keys:
        if not isinstance(value.get(key), str):
            raise ValueError(f"{key} is not a text")  # noqa: TRY004


def _counts(value: Mapping[str, Any], keys: Iterable[str], least: int) -> None:
    for key in keys:
        if not is_count(value.get(key), least):
            raise ValueError(f"{key} is not a number")
