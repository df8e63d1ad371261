"""The parts of a JPEG between its restart markers, as separate JPEGs (ITU T.81, B.2.1 and E.1.4). Pure.

Decoding after a restart marker depends on nothing before it, so a few intervals make a picture of the same blocks in
another arrangement. ImageMagick reports only a decoder's first 64 warnings; a few intervals have fewer.
"""

import math
import re
from collections.abc import Iterator, Sequence

from app.adapters.imaging.jpeg.structure import DRI, EOI, FRAMES, PROGRESSIVE, SOS, Segment, encoded, segments
from app.core.errors import PictureError

TOGETHER = 16  # intervals in one part; each may cause three warnings
WIDEST = 20_000  # pixels of a part
RESTART = re.compile(rb"\xff+([\xd0-\xd7])")


def parts(picture: bytes) -> Iterator[bytes]:
    """JPEGs that together have every block of `picture`.

    Raises PictureError if it has more than one scan, or if restart markers are missing or out of order.
    """
    every = list(segments(picture))
    frame, scan, interval = _only(every, FRAMES), _only(every, {SOS}), _only(every, {DRI})
    tables = b"".join(encoded(one.marker, one.body) for one in every if one.marker not in {*FRAMES, SOS, EOI})
    length = int.from_bytes(interval.body, "big")
    if frame.marker == PROGRESSIVE or not length:
        raise PictureError("The picture has no restart markers.")
    width, height = _block(frame.body)
    across = math.ceil(int.from_bytes(frame.body[3:5], "big") / width)
    blocks = across * math.ceil(int.from_bytes(frame.body[1:3], "big") / height)
    coded = RESTART.split(picture[scan.scan])
    data, marks = coded[::2], coded[1::2]
    if len(data) != math.ceil(blocks / length) or marks != [bytes((0xD0 + n % 8,)) for n in range(len(marks))]:
        raise PictureError("The picture lacks restart markers.")

    def part(intervals: Sequence[bytes], columns: int, rows: int) -> bytes:
        if columns * width > WIDEST:
            raise PictureError(f"The picture has restart markers over {WIDEST} pixels apart.")
        size = (rows * height).to_bytes(2, "big") + (columns * width).to_bytes(2, "big")
        shaped = encoded(frame.marker, frame.body[:1] + size + frame.body[5:])
        joined = b"".join(one + bytes((0xFF, 0xD0 + n % 8)) for n, one in enumerate(intervals))[:-2]
        return b"\xff\xd8" + tables + shaped + encoded(SOS, scan.body) + joined + b"\xff\xd9"

    # as wide as the picture if intervals are whole rows of it
    columns, rows = (across, length // across) if length % across == 0 else (length, 1)
    rest = blocks % length
    whole = data[: blocks // length]
    for some in (whole[at : at + TOGETHER] for at in range(0, len(whole), TOGETHER)):
        yield part(some, columns, rows * len(some))
    if rest:
        yield part(data[-1:], rest, 1)


def _only(every: list[Segment], markers: set[int] | frozenset[int]) -> Segment:
    found = [one for one in every if one.marker in markers]
    if len(found) != 1:
        raise PictureError("The picture has more than one scan, or none.")
    return found[0]


def _block(frame: bytes) -> tuple[int, int]:
    """Width and height of an MCU in pixels (A.2)."""
    if frame[5] == 1:
        return 8, 8
    factors = [frame[at] for at in range(7, len(frame), 3)]
    return 8 * max(factor >> 4 for factor in factors), 8 * max(factor & 15 for factor in factors)
