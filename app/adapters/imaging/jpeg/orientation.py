"""A photo's EXIF orientation (CIPA DC-008, 4.6.4: tag 0x0112). Pure.

Read here so that no metadata has to reach a decoder.
"""

import struct

from app.adapters.imaging.jpeg import ifd

ORIENTATION = 0x0112
FORMATS = {1: "B", 3: "H", 4: "I"}  # BYTE, SHORT, LONG


def read(segment: bytes) -> int:
    """The orientation (1 to 8) in the body of an APP1 segment; 1 (upright) if it has no valid one."""
    tiff = segment.removeprefix(ifd.START)
    order = ifd.byte_order(tiff)
    if order is None:
        return 1
    try:
        for entry in ifd.entries(tiff, order):
            if entry.tag == ORIENTATION and entry.kind in FORMATS:
                (value,) = struct.unpack_from(order + FORMATS[entry.kind], tiff, entry.at)
                return value if 1 <= value <= 8 else 1
    except struct.error:  # truncated
        pass
    return 1
