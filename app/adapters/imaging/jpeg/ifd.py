"""Directories of EXIF, which are those of TIFF (CIPA DC-008, 4.6.2). Pure."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

START = b"Exif\0\0"  # of the body of an APP1 segment; the TIFF follows
SIZE = 12  # bytes of an entry


class Entry(NamedTuple):
    """`number`: how many values there are; `value`: the value where four bytes are enough, else where it stands in the
    TIFF; `at`: where that is.
    """

    tag: int
    kind: int
    number: int
    value: int
    at: int


def byte_order(tiff: bytes) -> str | None:
    """As `struct` writes it; None for what is no TIFF."""
    return {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])


def entries(tiff: bytes, order: str, directory: int | None = None) -> Iterator[Entry]:
    """The entries of the directory that begins at `directory`, or of the first. Raises struct.error where it ends."""
    if directory is None:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for start in range(directory + 2, directory + 2 + count * SIZE, SIZE):
        tag, kind, number, value = struct.unpack_from(f"{order}HHII", tiff, start)
        yield Entry(tag, kind, number, value, start + 8)
