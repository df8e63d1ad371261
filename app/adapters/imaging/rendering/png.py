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
from isal import isal_zlib
from numpy.typing import NDArray
from zlib_ng import zlib_ng

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # by channels: grey, RGB, RGBA
ZLIB_HEADER = b"\x78\x01"
HEADER = struct.pack(">I", 13) + b"IHDR"
RGB = bytes([8, 2, 0, 0, 0])  # at the end of a header: 8 bits, RGB, no interlacing
LAST_BLOCK = b"\x03\x00"  # an empty one, with fixed codes
SUB, UP, AVERAGE = 1, 2, 3  # filter types
SAMPLE = 8  # rows of a strip on which both ways to compress it are tried
FILTERED_ROWS = 16  # at a time: the arrays in between stay in the processor's cache
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
    return _deflated(_average(rows))


def encoded(pixels: bytes, width: int, height: int) -> bytes:
    """A whole picture of 8-bit RGB that is quick to read (`decoded`).

    Its filter, "up", is undone row by row, not pixel by pixel.
    """
    rows = np.frombuffer(pixels, np.uint8).reshape(height, 3 * width)
    filtered = np.empty((height, 1 + 3 * width), np.uint8)
    filtered[:, 0] = UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return b"".join(assemble(width, height, 3, iter([_deflated(filtered)])))


def decoded(data: bytes) -> Rows | None:
    """The pixels of an RGB PNG as `encoded` makes it; None if it is another kind. Raises ValueError if it is damaged.

    The caller must have checked the size in its header.
    """
    if data[:16] != SIGNATURE + HEADER or data[24:29] != RGB:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    try:
        pixels = isal_zlib.decompress(b"".join(_image_data(data)))  # which verifies the checksum
    except isal_zlib.IsalError as error:  # type: ignore[misc]  # its stub forgets the base class
        raise ValueError(str(error)) from error
    if len(pixels) != height * (1 + 3 * width):
        raise ValueError("it has too few or too many pixels")
    filtered = np.frombuffer(pixels, np.uint8).reshape(height, 1 + 3 * width)
    if (filtered[:, 0] != UP).any():
        return None
    rows = np.empty((height, 3 * width), np.uint8)
    rows[0] = filtered[0, 1:]
    for row in range(1, height):
        np.add(rows[row - 1], filtered[row, 1:], out=rows[row])
    return rows.reshape(height, width, 3)


def _image_data(data: bytes) -> Iterator[bytes]:
    """The bodies of the IDAT chunks. Raises ValueError if the file ends before IEND."""
    at = len(SIGNATURE)
    while (name := data[at + 4 : at + 8]) != b"IEND":
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if len(data) < end + 4:
            raise ValueError("it is incomplete")
        if name == b"IDAT":
            yield data[at + 8 : end]
        at = end + 4


def _deflated(filtered: Rows) -> Strip:
    """Huffman codes alone, or with repetitions by ISA-L, which takes half the time, where that is as small."""
    sample = filtered[:: -(-len(filtered) // SAMPLE)].tobytes()
    way = _repetitions if len(_repetitions(sample)) <= len(_huffman(sample)) else _huffman
    return Strip(way(filtered), zlib_ng.adler32(filtered), filtered.nbytes)


def _huffman(filtered: Rows | bytes) -> bytes:
    compressor = zlib_ng.compressobj(1, zlib_ng.DEFLATED, -15, 9, zlib_ng.Z_HUFFMAN_ONLY)
    return compressor.compress(filtered) + compressor.flush(zlib_ng.Z_FULL_FLUSH)


def _repetitions(filtered: Rows | bytes) -> bytes:
    compressor = isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15, 9)
    return compressor.compress(filtered) + compressor.flush(isal_zlib.Z_FULL_FLUSH)


def _average(rows: Rows) -> Rows:
    """Each byte less the mean of the one to its left and the one above it; in the first row, less the left one."""
    height, width, channels = rows.shape
    flat = rows.reshape(height, width * channels)
    out = np.empty((height, 1 + flat.shape[1]), np.uint8)
    out[:, 0] = AVERAGE
    out[0, 0] = SUB
    out[0, 1 : 1 + channels] = flat[0, :channels]
    np.subtract(flat[0, channels:], flat[0, :-channels], out=out[0, 1 + channels :])
    left, mean = np.zeros((2, min(FILTERED_ROWS, height), flat.shape[1]), np.uint8)
    for top in range(1, height, FILTERED_ROWS):
        now, up = flat[top : top + FILTERED_ROWS], flat[top - 1 : top - 1 + FILTERED_ROWS]
        up = up[: len(now)]
        less, half = left[: len(now)], mean[: len(now)]
        less[:, :channels] = 0
        less[:, channels:] = now[:, :-channels]
        # (left + up) // 2 without a ninth bit: half of the differing bits, and the common ones
        np.bitwise_xor(less, up, out=half)
        half >>= 1
        less &= up
        less += half
        np.subtract(now, less, out=out[top : top + FILTERED_ROWS, 1:])
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
