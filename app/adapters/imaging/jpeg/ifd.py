"""EXIF directories, which are TIFF's (CIPA DC-008, 4.6.2). Pure."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

START = b"Exif\0\0"  # how an APP1 segment's body starts; the TIFF follows
SIZE = 12  # bytes of an entry


class Entry(NamedTuple):
    """`number`: how many values; `value`: the value if it fits into four bytes, else its offset in the TIFF; `at`: the
    offset of that field.
    """

    tag: int
    kind: int
    number: int
    value: int
    at: int


def byte_order(tiff: bytes) -> str | None:
    """In the notation of `struct`; None if this is no TIFF."""
    return {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])


def entries(tiff: bytes, order: str, directory: int | None = None) -> Iterator[Entry]:
    """The entries of the directory at `directory`, or of the first. Raises struct.error if it is truncated."""
    if directory is None:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for start in range(directory + 2, directory + 2 + count * SIZE, SIZE):
        tag, kind, number, value = struct.unpack_from(f"{order}HHII", tiff, start)
        yield Entry(tag, kind, number, value, start + 8)
