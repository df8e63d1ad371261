"""Which way up a photo was taken, as its EXIF says (CIPA DC-008, 4.6.4: tag 0x0112). Pure.

Read here, so that nothing else of the metadata has to reach a decoder.
"""

import struct

START = b"Exif\0\0"
ORIENTATION = 0x0112
BYTE, SHORT, LONG = 1, 3, 4
ENTRY = 12  # bytes of an entry of a directory


def read(segment: bytes) -> int:
    """The orientation (1 to 8) in the body of an APP1 segment; 1, upright, where it says none that there is."""
    tiff = segment.removeprefix(START)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for at in range(directory + 2, directory + 2 + entries * ENTRY, ENTRY):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, at)
            if tag == ORIENTATION and kind in (BYTE, SHORT, LONG):
                (value,) = struct.unpack_from(order + {BYTE: "B", SHORT: "H", LONG: "I"}[kind], tiff, at + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:  # it ends in the middle
        pass
    return 1
