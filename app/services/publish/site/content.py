"""What the pages of a published campaign say and show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.config import Campaign


@dataclass(frozen=True)
class Picture:
    """A picture of the collage. `kind`: avif, webp or jpg; sizes in pixels and bytes."""

    path: str
    kind: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class Stage:
    """The wall as far as it is published: its size in pixels, its levels as `app.services.wall.geometry` counts them.

    `cell`: width × height of a face at the highest level; `tile`: the side of a tile.
    """

    revision: int
    cols: int
    rows: int
    size: tuple[int, int]
    lowest: int
    highest: int
    cell: tuple[int, int]
    tile: int


@dataclass(frozen=True)
class Content:
    """`collage`: its number. `site`: the site's own address, "" if it is not known.

    `pictures`: every picture; `widths`: of those on the page. `tiles`: the script that names the tiles. `join`: the
    address of the form, if people can send photos.
    """

    campaign: Campaign
    collage: str
    made: datetime
    people: int
    pictures: Sequence[Picture]
    widths: Sequence[int]
    stage: Stage
    tiles: str
    site: str
    join: str | None
