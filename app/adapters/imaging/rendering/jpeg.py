"""A baseline JPEG in units of rows, each encoded on its own, on any core; together they are one image.

Between two units stands a restart marker (ITU T.81, B.2.1 and E.1.4): there the decoder starts anew, so that a unit
depends on nothing in another. All have the same tables: those of the quality, and the standard's Huffman codes.
"""

import struct
from collections.abc import Iterator

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from app.adapters.imaging.rendering.coding import Coding, Colour

LONGEST = 65_500  # pixels of a side: the format counts to 65,535, libjpeg and whatever uses it reads no more than this
QUALITY = 92
BLOCK = 8  # rows and columns of an MCU: colours at full resolution
UNIT = 16  # rows of a unit
START_OF_FRAME, START_OF_SCAN, APP0, END = 0xC0, 0xDA, 0xE0, b"\xff\xd9"

Rows = NDArray[np.uint8]  # height × width × 3


def coding(background: Colour) -> Coding[bytes]:
    """Makes scan data of rows."""
    return Coding(scan, 3, UNIT, background)


def scan(rows: Rows) -> bytes:
    """The entropy-coded data of a unit."""
    data = _encoded(rows)
    start = next(end for marker, _, end in _segments(data) if marker == START_OF_SCAN)
    return data[start : -len(END)]


def assemble(width: int, height: int, units: Iterator[bytes], dpi: int) -> Iterator[bytes]:
    """The parts of the file, in order. `dpi`: the resolution that the file carries, in pixels an inch."""
    yield _header(width, height, dpi)
    for number, unit in enumerate(units):
        if number:
            yield bytes([0xFF, 0xD0 + (number - 1) % 8])
        yield unit
    yield END


def _encoded(rows: Rows) -> bytes:
    data: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(rows), quality=QUALITY, colorspace="RGB", colorsubsampling="444", fastdct=False
    )
    return data


def _header(width: int, height: int, dpi: int) -> bytes:
    """Everything in front of the first unit: that of a small picture, with this one's size and resolution."""
    made = bytearray(b"\xff\xd8")
    data = _encoded(np.zeros((BLOCK, BLOCK, 3), np.uint8))
    for marker, start, end in _segments(data):
        segment = bytearray(data[start:end])
        if marker == APP0:  # JFIF: marker, length, "JFIF", zero, version, unit (1: an inch), density across and down
            segment[11:16] = struct.pack(">BHH", 1, dpi, dpi)
        elif marker == START_OF_FRAME:  # marker, length, precision, height, width
            segment[5:9] = struct.pack(">HH", height, width)
        elif marker == START_OF_SCAN:
            blocks = UNIT // BLOCK * -(-width // BLOCK)
            made += struct.pack(">HHH", 0xFFDD, 4, blocks)  # DRI: MCUs between two restart markers
        made += segment
    return bytes(made)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The segments of a JPEG up to the start of its only scan: marker, and where each begins and ends."""
    at, marker = 2, 0
    while marker != START_OF_SCAN:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, at + 2 + length
        at += 2 + length
