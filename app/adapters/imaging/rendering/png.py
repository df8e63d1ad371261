"""PNG in strips: each is filtered and compressed on its own, on any core, and all of them together are one image.

A strip becomes raw deflate that ends on a byte boundary (RFC 1951, a full flush: nothing refers back across it), so
that strips can be joined; the zlib header in front and the Adler-32 of the whole behind make one zlib stream of them
(RFC 1950). Filter "average" (PNG specification, 9.2) and Huffman codes alone: in photos, a search for repetitions finds
nothing and takes most of the time (docs/performance.md).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from zlib_ng import zlib_ng

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # by channels: grey, RGB, RGBA
ZLIB_HEADER = b"\x78\x01"
LAST_BLOCK = b"\x03\x00"  # an empty one, with fixed codes
SUB, AVERAGE = 1, 3  # filter types
MODULUS = 65521  # of Adler-32
INCH = 25.4  # millimetres

Rows = NDArray[np.uint8]  # height × width × channels


@dataclass(frozen=True)
class Strip:
    """Some rows, compressed. `checksum`: Adler-32 of the `length` bytes that they decompress to."""

    data: bytes
    checksum: int
    length: int


def compress(rows: Rows) -> Strip:
    """Compresses the rows of a strip. Its first row refers to nothing above it, so that strips need not wait."""
    filtered = _filtered(rows)
    compressor = zlib_ng.compressobj(1, zlib_ng.DEFLATED, -15, 9, zlib_ng.Z_HUFFMAN_ONLY)
    data = compressor.compress(filtered) + compressor.flush(zlib_ng.Z_FULL_FLUSH)
    return Strip(data, zlib_ng.adler32(filtered), filtered.nbytes)


def _filtered(rows: Rows) -> Rows:
    """Each byte less the mean of the one to its left and the one above it; in the first row, less the left one."""
    height, width, channels = rows.shape
    flat = rows.reshape(height, width * channels)
    left, up = np.zeros_like(flat), np.zeros_like(flat)
    left[:, channels:] = flat[:, :-channels]
    up[1:] = flat[:-1]
    up[0] = left[0]  # the mean of the left one and itself
    mean = (left ^ up) >> 1  # (left + up) // 2 without a ninth bit: half of the differing bits, and the common ones
    left &= up
    left += mean
    out = np.empty((height, 1 + flat.shape[1]), np.uint8)
    out[:, 0] = AVERAGE
    out[0, 0] = SUB
    np.subtract(flat, left, out=out[:, 1:])
    return out


def assemble(
    width: int, height: int, channels: int, strips: Iterator[Strip], dpi: float | None = None
) -> Iterator[bytes]:
    """The parts of the file, in order. `dpi`: the resolution that the file carries, in pixels an inch."""
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    yield SIGNATURE + _chunk(b"IHDR", header) + _resolution(dpi)
    start, checksum = ZLIB_HEADER, 1
    for strip in strips:
        yield _chunk(b"IDAT", start + strip.data)
        start, checksum = b"", joined_checksum(checksum, strip.checksum, strip.length)
    yield _chunk(b"IDAT", start + LAST_BLOCK + struct.pack(">I", checksum)) + _chunk(b"IEND", b"")


def joined_checksum(first: int, second: int, length: int) -> int:
    """Adler-32 of two pieces one after the other, from that of each; `length`: bytes of the second.

    With A and B as RFC 1950 defines them: A counts the bytes, B sums up A after each byte.
    """
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % MODULUS
    high = ((first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)) % MODULUS
    return high << 16 | low


def _resolution(dpi: float | None) -> bytes:
    if dpi is None:
        return b""
    a_metre = round(dpi * 1000 / INCH)
    return _chunk(b"pHYs", struct.pack(">IIB", a_metre, a_metre, 1))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
