"""A PDF of one page, which a picture covers: the very strips of a PNG, which PDF reads as they are.

The data are Flate with PNG's filters (ISO 32000-1, 7.4.4.4). Viewers accept pages of up to 14,400 units a side; a
larger page has a larger unit (UserUnit, PDF 1.6; the standard unit is 1/72 inch).
"""

import math
import struct
from collections.abc import Iterator

from app.adapters.imaging.rendering import png

LONGEST = 14_400  # units
INCH = 25.4  # millimetres
POINTS = 72  # an inch
IMAGE, LENGTH, CONTENTS = 4, 5, 6  # objects


def assemble(width: int, height: int, millimetres: tuple[float, float], strips: Iterator[png.Strip]) -> Iterator[bytes]:
    """The parts of the file, in order. `strips`: of RGB; `millimetres`: width and height of the page."""
    unit = max(1, math.ceil(max(millimetres) / INCH * POINTS / LONGEST))
    across, down = (f"{side / INCH * POINTS / unit:.4f}" for side in millimetres)
    offsets: list[int] = []
    end = 0

    def passing(part: bytes) -> bytes:
        nonlocal end
        end += len(part)
        return part

    def begun(body: str) -> bytes:
        offsets.append(end)
        return passing(f"{len(offsets)} 0 obj\n{body}".encode("ascii"))

    def whole(body: str) -> bytes:
        return begun(f"{body}\nendobj\n")

    yield passing(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")  # bytes that say it is no text
    yield whole("<< /Type /Catalog /Pages 2 0 R >>")
    yield whole("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    yield whole(
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across} {down}] /UserUnit {unit} "
        f"/Resources << /XObject << /Picture {IMAGE} 0 R >> >> /Contents {CONTENTS} 0 R >>"
    )
    yield begun(
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
        f"/BitsPerComponent 8 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 3 /BitsPerComponent 8 "
        f"/Columns {width} >> /Length {LENGTH} 0 R >>\nstream\n"
    )
    start = end
    for part in stream(strips):
        yield passing(part)
    length = end - start
    yield passing(b"\nendstream\nendobj\n")
    yield whole(str(length))
    drawing = f"q {across} 0 0 {down} 0 0 cm /Picture Do Q"
    yield whole(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    yield (
        f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {len(offsets) + 1} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n"
    ).encode("ascii")


def stream(strips: Iterator[png.Strip]) -> Iterator[bytes]:
    """The strips as one zlib stream (RFC 1950)."""
    checksum = 1
    yield png.ZLIB_HEADER
    for strip in strips:
        checksum = png.joined_checksum(checksum, strip.checksum, strip.length)
        yield strip.data
    yield png.LAST_BLOCK + struct.pack(">I", checksum)
