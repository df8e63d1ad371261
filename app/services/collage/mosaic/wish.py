"""What somebody asked for. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import BadParameters

MOST_REPEATS = 100
MOST_TINT = 0.4  # beyond, a face is hard to recognise
MOST_PLACES = 40_000  # of a grid in which people are repeated


@dataclass(frozen=True)
class Mosaic:
    """`target`: the picture to show, a small sRGB JPEG. `repeat`: everyone is shown once, and at most so many times.

    `tint`: the part of the target's colour in each cell, 0 to 0.4.
    """

    target: bytes
    repeat: int = 1
    tint: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.repeat <= MOST_REPEATS:
            raise BadParameters(f"repeat must be from 1 to {MOST_REPEATS}, not {self.repeat}.")
        if not 0 <= self.tint <= MOST_TINT:
            raise BadParameters(f"tint must be from 0 to {MOST_TINT:g}, not {self.tint:g}.")

    @property
    def digest(self) -> str:
        """The SHA-256 of the target."""
        return hashlib.sha256(self.target).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """For the order of a job."""
        return {"target": base64.b64encode(self.target).decode("ascii"), "repeat": self.repeat, "tint": self.tint}


def from_json(document: Mapping[str, Any]) -> Mosaic:
    """What `Mosaic.as_json` made."""
    return Mosaic(base64.b64decode(document["target"]), document["repeat"], document["tint"])


def places(people: int, repeat: int) -> int:
    """For how many places a grid is chosen, with everyone in (1 + repeat) / 2 of them on average.

    Fewer than there could be: with everyone in as many places as possible, nobody's number would follow the picture.
    """
    return max(people, min(people * (1 + repeat) // 2, MOST_PLACES))


def people_for(places: int, repeat: int) -> int:
    """How many people it takes to be asked for so many places."""
    return -(-2 * places // (1 + repeat))


def fills(people: int, repeat: int, places: int) -> bool:
    """Whether people can fill a grid without anyone in it too often."""
    return people * repeat >= places
