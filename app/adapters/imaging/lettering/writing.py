"""Draws a line of text into a corner of a picture, readable on any ground and always within it."""

import math
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from app.adapters.imaging.lettering import contrast, fonts, order

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
CORNERS: tuple[str, ...] = get_args(Corner)
Pixels = NDArray[np.uint8]

MARGIN = 1.0  # of the text's height, to the edges of the picture
PADDING = (0.45, 0.3)  # of the text's height, between text and the plate's sides, and its top and bottom
SMALLEST = 0.6  # of the size that was asked for; longer text is cut
LEGIBLE = 8  # pixels
FINER = 4  # times, of the plate's corners


class _Line(NamedTuple):
    """A text that is set: its parts from the left, size in pixels, width × height."""

    parts: list[order.Part]
    size: int
    width: int
    height: int


def written(pixels: Pixels, text: str, corner: str, size: float) -> Pixels:
    """A copy of the picture (height × width × 3 or 4) with the text in a corner; `size`: of the picture's shorter side.

    Text that is too long becomes smaller, then shorter. Nothing is drawn where nothing of it fits or can be drawn.
    """
    height, width = pixels.shape[:2]
    wanted = max(LEGIBLE, round(size * min(width, height)))
    line = _fitting(text, wanted, width - 2 * round(wanted * (MARGIN + PADDING[0])))
    if line is None or line.height + 2 * round(wanted * MARGIN) > height:
        return pixels.copy()
    across, down = (round(line.size * part) for part in PADDING)
    box = (line.width + 2 * across, line.height + 2 * down)
    left = round(wanted * MARGIN) if corner.endswith("left") else width - box[0] - round(wanted * MARGIN)
    top = round(wanted * MARGIN) if corner.startswith("top") else height - box[1] - round(wanted * MARGIN)
    made = pixels.copy()
    below = made[top : top + box[1], left : left + box[0]]
    white, opaque = contrast.plate(below[:, :, :3])
    if below.shape[2] == 4 and (below[:, :, 3] < 255).any():  # whatever will be behind it
        opaque = 1.0
    plate = _plate(box, line.size // 3) * opaque if opaque else np.zeros(box[::-1])
    _lay(below, 0.0 if white else 255.0, plate)
    letters, coloured = _drawn(line, box, (across, down))
    _lay(below, 255.0 if white else 0.0, letters)
    _lay(below, coloured[:, :, :3], coloured[:, :, 3] / 255)
    return made


def _lay(below: Pixels, colour: float | NDArray[np.generic], opaque: NDArray[np.float64]) -> None:
    """Lays a colour over a part of a picture, in place."""
    weight = opaque[:, :, np.newaxis]
    below[:, :, :3] = np.rint(below[:, :, :3] * (1 - weight) + np.asarray(colour) * weight)
    if below.shape[2] == 4:
        below[:, :, 3] = np.rint(255 - (255 - below[:, :, 3]) * (1 - opaque))


def _fitting(text: str, size: int, room: int) -> _Line | None:
    """The text as large as it fits, cut at its end if that is not enough; None if nothing of it can be drawn."""
    line, least = _set(text, size), max(LEGIBLE, round(size * SMALLEST))
    while line.width > room and size > least:
        size = max(least, min(size - 1, size * room // line.width))
        line = _set(text, size)
    kept = list(order.clusters(text))
    while line.width > room and kept:
        kept.pop()
        line = _set("".join(kept).rstrip() + "…", size)
    return line if line.parts and line.width <= room and kept else None


def _set(text: str, size: int) -> _Line:
    found = order.parts(text, fonts.font_of)
    above, below = fonts.font(0, size).getmetrics()
    return _Line(found, size, math.ceil(sum(_width(part, size) for part in found)), above + below)


def _width(part: order.Part, size: int) -> float:
    length = fonts.font(part.font, size).getlength(part.text, direction=part.direction)
    return length * size / fonts.EMOJI_SIZE if part.font == fonts.EMOJI else length


def _drawn(line: _Line, box: tuple[int, int], begin: tuple[int, int]) -> tuple[NDArray[np.float64], Pixels]:
    """How much of each pixel letters cover, and the coloured symbols as RGBA."""
    letters, coloured = Image.new("L", box), Image.new("RGBA", box)
    baseline = begin[1] + fonts.font(0, line.size).getmetrics()[0]
    at: float = begin[0]
    for part in line.parts:
        one = fonts.font(part.font, line.size)
        if part.font == fonts.EMOJI:
            _paste(coloured, part, line.size, (round(at), baseline))
        else:
            ImageDraw.Draw(letters).text((at, baseline), part.text, 255, one, "ls", direction=part.direction)
        at += _width(part, line.size)
    return np.asarray(letters) / 255, np.asarray(coloured)


def _paste(coloured: Image.Image, part: order.Part, size: int, at: tuple[int, int]) -> None:
    one = fonts.font(fonts.EMOJI, size)
    width, above = round(one.getlength(part.text)), one.getmetrics()[0]
    large = Image.new("RGBA", (max(1, width), above + one.getmetrics()[1]))
    ImageDraw.Draw(large).text((0, above), part.text, font=one, anchor="ls", embedded_color=True)
    scale = size / fonts.EMOJI_SIZE
    small = large.resize((max(1, round(large.width * scale)), max(1, round(large.height * scale))))
    coloured.alpha_composite(small, (at[0], max(0, at[1] - round(above * scale))))


def _plate(box: tuple[int, int], radius: int) -> NDArray[np.float64]:
    """A rounded rectangle: how much of each pixel it covers."""
    large = Image.new("L", (box[0] * FINER, box[1] * FINER))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * FINER, 255)
    return np.asarray(large.resize(box, Image.Resampling.BOX)) / 255
