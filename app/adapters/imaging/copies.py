"""Smaller copies of an intermediate and a placeholder, inside its own file, in front of its pixels.

A collage of thousands shows everyone at 48×64 pixels: decoding 300×400 PNGs would be nearly all waste.
The copies are JPEGs in a chunk of the PNG (PNG specification, 4.7.2 and 14: a reader skips chunks that it does not
know), the smallest first, so that the first few kilobytes of a file are enough. Being in the one file, they stand and
fall with it: there is nothing else to store, remove, check or forget.

The chunk: the length of the whole file (4 bytes, which reveals a truncated one); the number of copies (1 byte); width,
height, length and CRC-32 of each (4 bytes each); then the copies. Another chunk in front of it has the placeholder that
a page shows until the photo is loaded (see `thumbhash`).
"""

import struct
import zlib

# the case of the letters says: ancillary, private, not to be copied when the pixels change
CHUNK = b"coPY"
PLACEHOLDER = b"haSH"
SIZES = ((38, 50), (75, 100), (150, 200))  # width × height; each is half the next, the last is half of 300×400
QUALITY = 95  # JPEG, colours at full resolution
# Bytes of a file to read for a copy: more than copies of real photos take. The whole file is read if that is not enough
REACH = {(38, 50): 4096, (75, 100): 12 * 1024, (150, 200): 36 * 1024}
START = 33  # bytes of a PNG's signature and IHDR

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


def without(png: bytes) -> bytes:
    """An intermediate as a plain PNG: without its copies and placeholder."""
    end = START
    while png[end + 4 : end + 8] in (PLACEHOLDER, CHUNK):
        end += 12 + int.from_bytes(png[end : end + 4], "big")
    return png[:START] + png[end:]


def reach(width: int, height: int) -> int | None:
    """Bytes of a file to read for a cell of `width`×`height`; None if no copy is large enough."""
    return next((REACH[size] for size in SIZES if size[0] >= width and size[1] >= height), None)


def find(beginning: bytes, length: int, width: int, height: int) -> bytes | None:
    """The smallest copy (JPEG) of at least `width`×`height` in the beginning of a file of `length` bytes.

    None if there is none, if `beginning` does not have all of it, or if it is damaged.
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
    """The placeholder in the first kilobytes of an intermediate; None if there is none or not all of it.

    `app.adapters.store.photos.placeholders` reads the same.
    """
    end = START + 8 + int.from_bytes(beginning[START : START + 4], "big")
    found = beginning[START + 8 : end]
    if beginning[START : end + 4] != _chunk(PLACEHOLDER, found):
        return None
    return found


def complete(png: bytes) -> bool:
    """Whether an intermediate has all of its copies, undamaged."""
    found = {find(png, len(png), *size) for size in SIZES}
    return None not in found and len(found) == len(SIZES)  # if one is missing, the next larger one is found instead


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
