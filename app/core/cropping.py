"""Crops pictures that are not 3:4: around the faces in them, or in the middle. Pure.

A cut keeps the largest window of that shape, so the window can move along one side only. Boxes are fractions of the
upright original, from its upper left corner, as in XMP-crs:CropLeft and its siblings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SHAPE = (3, 4)
SLIGHT = 0.02  # losing this part of a picture or less is not worth mentioning: nobody is in it
MUCH = 1 / 3  # losing more is worth a look
MOST_FACES = 20  # only the largest are considered

# How far a head reaches beyond the face that a detector frames (brows to chin), in face widths and heights
BESIDE, ABOVE, BELOW = 0.35, 0.6, 0.25
# Where the faces should be in the window: centred across, and a little above the middle, because there is a body too
ACROSS, DOWN = 0.5, 0.42

Why = Literal["face", "middle", "hand"]


@dataclass(frozen=True)
class Face:
    """A detected face. `score`: the detector's confidence, about 1 or more for a clear face."""

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def weight(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top) * min(1.0, self.score)


@dataclass(frozen=True)
class Cut:
    """The part of a picture that is kept, and how it was chosen."""

    left: float
    top: float
    right: float
    bottom: float
    why: Why

    @property
    def gone(self) -> float:
        """The part of the picture that is cut off, from 0 to 1."""
        return 1 - (self.right - self.left) * (self.bottom - self.top)

    @property
    def much(self) -> bool:
        return self.gone > MUCH

    @property
    def sideways(self) -> bool:
        """Whether the window moves sideways: the picture is wider than 3:4."""
        return self.right - self.left < self.bottom - self.top

    @property
    def place(self) -> float:
        """The position of the window, from 0 (left, top) to 1 (right, bottom)."""
        start, end = (self.left, self.right) if self.sideways else (self.top, self.bottom)
        return min(1.0, max(0.0, start / (1 - end + start))) if end - start < 1 else 0.0

    def __str__(self) -> str:
        whys = {"face": ", around the face", "middle": ", the middle kept", "hand": ", by hand"}
        return f"{100 * self.gone:.0f} % cut off{whys[self.why]}"


def window(width: int, height: int) -> tuple[int, int]:
    """The size in pixels of the largest 3:4 window in a picture of `width`×`height`."""
    return min(width, round(height * SHAPE[0] / SHAPE[1])), min(height, round(width * SHAPE[1] / SHAPE[0]))


def is_cut(width: int, height: int) -> bool:
    """Whether a picture of this size loses more than a slight part."""
    across, down = window(width, height)
    return 1 - across * down / (width * height) > SLIGHT


def choose(width: int, height: int, faces: Sequence[Face]) -> Cut:
    """The cut of a picture of `width`×`height` pixels: as much of its faces as fits, or its middle."""
    across, down = window(width, height)
    if not faces:
        return at(width, height, 0.5, "middle")
    kept = sorted(faces, key=lambda face: face.weight, reverse=True)[:MOST_FACES]
    if across < width:
        spans = [_Span(*_head(f.left, f.right, BESIDE, BESIDE), f.left, f.right, f.weight) for f in kept]
        start, way = _start(spans, across / width, ACROSS), 1 - across / width
    else:
        spans = [_Span(*_head(f.top, f.bottom, ABOVE, BELOW), f.top, f.bottom, f.weight) for f in kept]
        start, way = _start(spans, down / height, DOWN), 1 - down / height
    return at(width, height, start / way if way else 0.0, "face")


def at(width: int, height: int, place: float, why: Why) -> Cut:
    """The cut of a picture of `width`×`height` with its window at `place`, from 0 to 1."""
    across, down = window(width, height)
    place = min(1.0, max(0.0, place))
    left, top = round(place * (width - across)), round(place * (height - down))
    if why == "middle":
        left, top = (width - across) // 2, (height - down) // 2
    return Cut(left / width, top / height, (left + across) / width, (top + down) / height, why)


def pixels(cut: Cut | None, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height in pixels; the middle if there is no cut. Always inside the picture."""
    across, down = window(width, height)
    if cut is None:
        return (width - across) // 2, (height - down) // 2, across, down
    left, top = round(cut.left * width), round(cut.top * height)
    return min(max(0, left), width - across), min(max(0, top), height - down), across, down


def middle(width: int, height: int) -> tuple[int, int, int, int]:
    """The largest part of 3:4 in the middle of a picture: left, top, width, height."""
    across, down = max(1, min(width, round(height * 3 / 4))), max(1, min(height, round(width * 4 / 3)))
    return (width - across) // 2, (height - down) // 2, across, down


@dataclass(frozen=True)
class _Span:
    """A head and its face along the side where the window moves."""

    low: float
    high: float
    face_low: float
    face_high: float
    weight: float

    @property
    def centre(self) -> float:
        return (self.face_low + self.face_high) / 2


def _head(low: float, high: float, before: float, after: float) -> tuple[float, float]:
    return max(0.0, low - before * (high - low)), min(1.0, high + after * (high - low))


def _start(spans: Sequence[_Span], extent: float, anchor: float) -> float:
    """The start of a window of `extent` that holds all heads if they fit, else those that weigh most."""
    groups = [[one for one in spans if one.low >= first.low and one.high <= first.low + extent] for first in spans]
    best = max(groups, key=lambda group: sum(one.weight for one in group))
    if best:
        low, high = min(one.low for one in best), max(one.high for one in best)
        centre = sum(one.centre * one.weight for one in best) / sum(one.weight for one in best)
    else:  # no head fits: the largest face in the middle, which keeps all of it if that fits
        low, high, centre, anchor = 0.0, 1.0, spans[0].centre, 0.5
    start = centre - anchor * extent
    if best:
        start = min(max(start, high - extent), low)
    return min(max(start, 0.0), 1 - extent)
