"""A TIFF in strips of the same number of rows, each compressed on its own, on any core.

Deflate with horizontal differences (TIFF Technical Notes, 2002; predictor 2 of TIFF 6.0). Where it may grow beyond
4 GB it is a BigTIFF, whose offsets have 64 bits (https://www.awaresystems.be/imaging/tiff/bigtiff.html). The directory
stands at the end, when the place of each strip is known; its own place belongs in front, so it is written last.
"""

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from zlib_ng import zlib_ng

from app.adapters.imaging.rendering.coding import WHITE, Coding, Colour

UNIT = 16  # rows of a strip
LARGEST = 2**32 - 1  # bytes of a TIFF that is no BigTIFF
SHORT, LONG, RATIONAL, LONG8 = 3, 4, 5, 16  # types of values
CODES = {SHORT: "H", LONG: "I", LONG8: "Q"}
DEFLATE, RGB, CONTIGUOUS, INCHES, DIFFERENCES, ALPHA = 8, 2, 1, 2, 2, 2

Rows = NDArray[np.uint8]  # height × width × channels
Part = bytes | tuple[int, bytes]  # what comes next, or what belongs elsewhere: the offset, and what to put there
Tag = tuple[int, int, Sequence[int]]  # number, type, values


def coding(background: Colour | None) -> Coding[bytes]:
    """Makes strips of rows. Without a background, what is transparent stays so."""
    return Coding(compress, 3 if background else 4, UNIT, background or WHITE)


def compress(rows: Rows) -> bytes:
    """A strip: a zlib stream of each pixel's difference from the one to its left."""
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]
    compressor = zlib_ng.compressobj(1, zlib_ng.DEFLATED, 15, 9, zlib_ng.Z_HUFFMAN_ONLY)
    data: bytes = compressor.compress(differences) + compressor.flush()
    return data


def may_be_big(width: int, height: int, channels: int) -> bool:
    """Whether it may need more than 4 GB: what cannot be compressed grows by less than a thousandth."""
    return width * height * channels * 1001 // 1000 + 10**6 > LARGEST


def assemble(
    width: int, height: int, channels: int, strips: Iterator[bytes], dpi: int, big: bool | None = None
) -> Iterator[Part]:
    """The parts of the file. `dpi`: the resolution that the file carries, in pixels an inch. `big`: a BigTIFF."""
    big = may_be_big(width, height, channels) if big is None else big
    header = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0) if big else struct.pack("<2sHI", b"II", 42, 0)
    yield header
    offsets, counts, end = [], [], len(header)
    for strip in strips:
        offsets.append(end)
        counts.append(len(strip))
        end += len(strip)
        yield strip
    place = LONG8 if big else LONG
    tags: list[Tag] = [
        (256, LONG, [width]),
        (257, LONG, [height]),
        (258, SHORT, [8] * channels),
        (259, SHORT, [DEFLATE]),
        (262, SHORT, [RGB]),
        (273, place, offsets),
        (277, SHORT, [channels]),
        (278, LONG, [UNIT]),
        (279, LONG, counts),
        (282, RATIONAL, [dpi, 1]),
        (283, RATIONAL, [dpi, 1]),
        (284, SHORT, [CONTIGUOUS]),
        (296, SHORT, [INCHES]),
        (317, SHORT, [DIFFERENCES]),
        *([(338, SHORT, [ALPHA])] if channels == 4 else []),
    ]
    yield b"\0" * (end % 2)  # a directory begins at an even offset
    end += end % 2
    yield _directory(tags, end, big)
    yield (8, struct.pack("<Q", end)) if big else (4, struct.pack("<I", end))


def _directory(tags: Sequence[Tag], at: int, big: bool) -> bytes:
    """The directory that stands at offset `at`, and behind it the values that do not fit into its entries."""
    room, count, entry = (8, "<Q", "<HHQ") if big else (4, "<H", "<HHI")
    behind = at + struct.calcsize(count) + len(tags) * (struct.calcsize(entry) + room) + room
    listed, values = struct.pack(count, len(tags)), b""
    for number, kind, numbers in tags:
        data = struct.pack(f"<{len(numbers)}{CODES.get(kind, 'I')}", *numbers)
        length = len(numbers) // 2 if kind == RATIONAL else len(numbers)
        listed += struct.pack(entry, number, kind, length)
        if len(data) > room:
            place = behind + len(values)
            values += data + b"\0" * (len(data) % 2)
            data = struct.pack("<Q" if big else "<I", place)
        listed += data.ljust(room, b"\0")
    return listed + b"\0" * room + values
