"""Smaller copies of an intermediate and a placeholder, inside its own file, in front of its pixels.

A collage of thousands shows everyone at 48×64 pixels: nearly all of a 300×400 PNG would be decoded to be thrown away.
The copies are JPEGs in a chunk of the PNG (PNG specification, 4.7.2 and 14: a reader skips chunks that it does not
know), the smallest first, so that the first few kilobytes of a file are enough. Being in the one file, they stand and
fall with it: there is nothing else to store, remove, check or forget.

The chunk: the length of the whole file (4 bytes, so that one that is cut short is not taken for whole); how many copies
(1 byte); of each its width, height, length and CRC-32 (4 bytes each); then the copies. In front of it another one with
what a page shows until the photo is loaded (see `thumbhash`).
"""

import struct
import zlib

# ancillary, private, and of no worth where the pixels were changed: said by the case of its letters
CHUNK = b"coPY"
PLACEHOLDER = b"haSH"
SIZES = ((38, 50), (75, 100), (150, 200))  # width × height; of each the half of the next, of the last that of 300×400
QUALITY = 95  # JPEG, colours at full resolution
# What of a file has to be read for a copy, in bytes: more than copies of real photos take. Where it is not enough, the
# whole file is read.
REACH = {(38, 50): 4096, (75, 100): 12 * 1024, (150, 200): 36 * 1024}
START = 33  # of a PNG: its signature and IHDR

_ENTRY = struct.Struct(">IIII")


def insert(png: bytes, copies: dict[tuple[int, int], bytes], placeholder: bytes = b"") -> bytes:
    """The PNG with `copies` (JPEGs by width and height) and a placeholder in it."""
    first = _chunk(PLACEHOLDER, placeholder) if placeholder else b""
    ordered = sorted(copies.items())
    index = b"".join(_ENTRY.pack(*size, len(jpeg), zlib.crc32(jpeg)) for size, jpeg in ordered)
    length = 4 + 1 + len(index) + sum(map(len, copies.values()))
    body = (
        struct.pack(">IB", len(png) + len(first) + 12 + length, len(copies))
        + index
        + b"".join(jpeg for _, jpeg in ordered)
    )
    return png[:START] + first + _chunk(CHUNK, body) + png[START:]


def reach(width: int, height: int) -> int | None:
    """How much of a file has to be read for a cell of `width`×`height`; None where no copy is large enough."""
    return next((REACH[size] for size in SIZES if size[0] >= width and size[1] >= height), None)


def find(beginning: bytes, length: int, width: int, height: int) -> bytes | None:
    """The smallest copy (JPEG) of at least `width`×`height` in the beginning of a file of `length` bytes.

    None where there is none, not all of it has been read, or it is not what was written.
    """
    start = START
    if beginning[start + 4 : start + 8] == PLACEHOLDER:
        start += 12 + int.from_bytes(beginning[start : start + 4], "big")
    if beginning[start + 4 : start + 8] != CHUNK or len(beginning) < start + 13:
        return None
    whole, count = struct.unpack_from(">IB", beginning, start + 8)
    at = start + 13 + count * _ENTRY.size
    if whole != length or len(beginning) < at:
        return None
    for entry in range(count):
        across, down, size, checksum = _ENTRY.unpack_from(beginning, start + 13 + entry * _ENTRY.size)
        if across >= width and down >= height:
            copy = beginning[at : at + size]
            return copy if zlib.crc32(copy) == checksum else None
        at += size
    return None


def placeholder(beginning: bytes) -> bytes | None:
    """What the first kilobytes of an intermediate have as its placeholder. None where there is none, or not all of it.

    `app.adapters.store.photos.placeholders` reads the same.
    """
    end = START + 8 + int.from_bytes(beginning[START : START + 4], "big")
    found = beginning[START + 8 : end]
    if beginning[START : end + 4] != _chunk(PLACEHOLDER, found):
        return None
    return found


def complete(png: bytes) -> bool:
    """Whether an intermediate has all of its copies, each as it was written."""
    found = {find(png, len(png), *size) for size in SIZES}
    return None not in found and len(found) == len(SIZES)  # where one is missing, the next larger is found instead


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
