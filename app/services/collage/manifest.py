"""Makes a collage's manifest: enough to find everyone in it, check its files, and know how it was made. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.store.collages.manifests import File, Manifest
from app.adapters.store.files import Part
from app.services.collage.finish import Finish
from app.services.collage.layout import Layout, leave_out
from app.services.looks.standing import UsedLook


def tiles(layout: Layout, public_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Who is where: the visible part of each cell in canvas pixels, row by row from the upper left."""
    result = []
    for index, public_id in enumerate(public_ids):
        row, col = divmod(index, layout.cols)
        x, width = layout.horizontal.visible(col)
        y, height = layout.vertical.visible(row)
        result.append(
            {"public_id": public_id, "col": col, "row": row, "x": x, "y": y, "width": width, "height": height}
        )
    return result


def describe_file(name: str, size: tuple[int, int], data: bytes) -> File:
    """A file of the collage as the manifest lists it. `size`: width × height in pixels."""
    described = Description(name, size)
    for _ in described.passing([data]):
        pass
    return described.file()


class Description:
    """What the manifest says of a file, from its parts as they are written. `size`: width × height in pixels.

    `changed`: whether one of them went elsewhere than to the end, so that only the whole file has its checksum.
    """

    def __init__(self, name: str, size: tuple[int, int]) -> None:
        self._name, self._size = name, size
        self._length, self._digest = 0, hashlib.sha256()
        self.changed = False

    def passing(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Hands the parts on, and takes note of them."""
        for part in parts:
            if isinstance(part, tuple):
                self.changed = True
            else:
                self._length += len(part)
                self._digest.update(part)
            yield part

    def file(self) -> File:
        """The file, once all of its parts have passed."""
        return File(self._name, *self._size, self._length, self._digest.hexdigest())


def manifest(
    *,
    collage: str,
    campaign: str,
    created_at: datetime,
    layout: Layout,
    seated: Sequence[str],
    left_out: Sequence[str],
    duplicates: Sequence[str],
    unreadable: Sequence[str],
    files: Sequence[File],
    versions: Mapping[str, str],
    old: Manifest | None = None,
    finish: Finish | None = None,
    pins: Mapping[str, str] | None = None,
    look: UsedLook | None = None,
    without_look: Sequence[str] = (),
    mosaic: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The manifest. `created_at` is in UTC; public IDs are in the order of the grid, of the queue, of discovery.

    `duplicates`: further photos of people who are in it or left out. `old`: the manifest that this one revises: its
    time stays, and `revision` counts from 2. `finish`: what was made of it. `pins`: places by public ID.
    `look`: in which people are shown; `without_look`: who has no result of it. `mosaic`: what picture they show.
    """
    terms = {
        "leave_out": round(leave_out(layout.photos) * layout.left_out, 2),
        "horizontal": layout.horizontal.cost,
        "vertical": layout.vertical.cost,
        "sum": layout.sum,
    }
    revision = {"revision": old.revision + 1} if old else {}
    shown = set(seated)
    pinned = {public_id: place for public_id, place in sorted((pins or {}).items()) if public_id in shown}
    asked = _asked(finish, pinned, look, without_look) | ({"mosaic": dict(mosaic)} if mosaic else {})
    return revision | {
        "id": collage,
        "campaign": campaign,
        "created_at": old.created_at if old else f"{created_at:%Y-%m-%dT%H:%M:%SZ}",
        "canvas": {"width": layout.horizontal.canvas, "height": layout.vertical.canvas},
        **asked,
        "layout": layout.as_json() | {"terms": terms},
        "tiles": tiles(layout, seated),
        "left_out": list(left_out),
        "duplicates": list(duplicates),
        "unreadable": list(unreadable),
        "files": [file.as_json() for file in files],
        "versions": dict(versions),
    }


def _asked(
    finish: Finish | None, pinned: Mapping[str, str], look: UsedLook | None, without_look: Sequence[str]
) -> dict[str, Any]:
    """What is there only if it was asked for."""
    asked: dict[str, Any] = {"print": finish.print.as_json()} if finish and finish.print else {}
    asked |= {"background": finish.background} if finish and finish.background else {}
    asked |= {"pin": dict(pinned)} if pinned else {}
    if look is not None:
        asked |= {"look": look.name, "recipe": look.recipe, "without_look": list(without_look)}
    return asked
