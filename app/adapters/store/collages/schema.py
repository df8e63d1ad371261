"""Checks that a JSON document is a manifest. Pure.

The keys are those that `services/collage/manifest.py` writes. `duplicates`, `revision`, `versions` and the layout's
`terms` may be missing: older manifests lack some of them. `print`, `background`, `pin`,
`look`, `recipe`, `without_look` and `mosaic` are there where they were asked for.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.adapters.store.documents import is_count, moment
from app.adapters.store.names import file_name
from app.core.errors import BadPublicId

PRINTS = ("png", "jpeg", "tiff", "pdf")
PLACE = re.compile(r"middle|[1-9][0-9]{0,5},[1-9][0-9]{0,5}")
LOOK = re.compile(r"[a-z0-9_-]{1,64}")
BACKGROUND = re.compile(r"#[0-9A-Fa-f]{6}")


def check(document: object, collage: str) -> dict[str, Any]:
    """The manifest of a collage. Raises ValueError with what is wrong; its text contains nothing from the file."""
    manifest = _object(document, "it")
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
    for key in ("duplicates", "without_look"):
        _check_public_ids(_list(manifest.get(key, []), key))
    _check_files(_list(manifest.get("files"), "files"))
    if "print" in manifest:
        _check_print(_object(manifest["print"], "print"))
    if not BACKGROUND.fullmatch(str(manifest.get("background", "#000000"))):
        raise ValueError("background is not a colour")
    _check_pins(_object(manifest.get("pin", {}), "pin"), {tile["public_id"] for tile in manifest["tiles"]})
    if "look" in manifest:
        _texts(manifest, ("look", "recipe"))
        if not LOOK.fullmatch(manifest["look"]):
            raise ValueError("look is not the name of a look")
    if "mosaic" in manifest:
        _check_mosaic(_object(manifest["mosaic"], "mosaic"))
    if not is_count(manifest.get("revision", 1), 1):
        raise ValueError("revision is not a number")
    return manifest


def _check_tiles(tiles: object, canvas: Mapping[str, int], layout: Mapping[str, int]) -> None:
    """An unnamed cell would show a person whom nobody can find, or ever remove."""
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


def _check_pins(pins: Mapping[str, Any], shown: Collection[str]) -> None:
    """A pin of somebody who is not shown would outlast their removal."""
    if not pins.keys() <= set(shown):
        raise ValueError("it pins somebody whom it does not show")
    if not all(isinstance(place, str) and PLACE.fullmatch(place) for place in pins.values()):
        raise ValueError("pin is not a place")


def _check_print(size: Mapping[str, Any]) -> None:
    for key in ("width_mm", "height_mm"):
        if isinstance(size.get(key), bool) or not isinstance(size.get(key), int | float) or not 0 < size[key] < 10**6:
            raise ValueError(f"{key} is not a length")
    _counts(size, ("dpi",), 1)
    if size.get("format") not in PRINTS:
        raise ValueError("format is not that of a print")


def _check_mosaic(mosaic: Mapping[str, Any]) -> None:
    _counts(mosaic, ("repeat",), 1)
    _texts(mosaic, ("target_sha256",))
    _numbers(mosaic, ("error", "random_error"), 10**6)
    _numbers(mosaic, ("tint",), 0.4)
    if mosaic["repeat"] > 100:
        raise ValueError("repeat is too large")
    _counts(_object(mosaic.get("finer"), "finer"), ("cols", "rows", "people"), 1)


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


def _numbers(value: Mapping[str, Any], keys: Iterable[str], most: float) -> None:
    for key in keys:
        number = value.get(key)
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= most:
            raise ValueError(f"{key} is not a number from 0 to {most:g}")


def _counts(value: Mapping[str, Any], keys: Iterable[str], least: int) -> None:
    for key in keys:
        if not is_count(value.get(key), least):
            raise ValueError(f"{key} is not a number")
