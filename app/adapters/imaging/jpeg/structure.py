"""The cost of decoding a JPEG, read from its markers (ITU T.81, annex B) before anything decodes it. Pure.

libjpeg does whatever a file says: thousands of scans over the whole picture (a few kilobytes that take minutes), or
300 MB of coefficients for 50 megapixels. ImageMagick joins metadata segment by segment, which takes hours for a
million of them.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.adapters.imaging.jpeg import icc, ifd, orientation
from app.core import limits
from app.core.errors import PictureError

SOI, EOI, SOS, DHT, DAC, DRI, JPG, COM = 0xD8, 0xD9, 0xDA, 0xC4, 0xCC, 0xDD, 0xC8, 0xFE
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, DAC, JPG}
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2  # Huffman; the others are arithmetic, lossless or hierarchical
JFIF, EXIF, ICC, ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
METADATA = frozenset((*range(0xE0, 0xF0), COM))

# The next marker: not a 0xff of the picture itself (followed by 0), a fill byte or a restart marker.
MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]")


@dataclass(frozen=True)
class Structure:
    """`width`×`height` in pixels; `coefficients`: bytes kept while it is decoded; `components` of a pixel.

    `orientation`: EXIF's, 1 (upright) to 8.
    """

    width: int
    height: int
    scans: int
    coefficients: int
    components: int
    orientation: int = 1

    def reduction(self) -> int:
        """The divisor (1, 2, 4 or 8) by which it must be scaled down while decoding to fit into memory.

        Raises PictureError if none is enough.
        """
        bytes_each = 10 if self.components == 4 else 8  # ImageMagick 6 with 16 bits a channel
        for divisor in (1, 2, 4, 8):
            pixels = math.ceil(self.width / divisor) * math.ceil(self.height / divisor) * bytes_each
            if pixels <= limits.DECODED_BYTES and pixels + self.coefficients <= limits.DECODING_BYTES:
                return divisor
        raise PictureError(
            f"The picture has {self.width}×{self.height} pixels in {self.scans} scans, which takes"
            f" {self.coefficients // 10**6} MB to decode; the limit is {limits.DECODING_BYTES // 10**6} MB."
        )


class Segment(NamedTuple):
    """A marker and its body. `scan`: where the coded picture is that follows a SOS."""

    marker: int
    body: bytes
    scan: slice


def structure(picture: bytes) -> Structure:
    """Reads a JPEG's markers up to its end. Raises PictureError if it is not one or exceeds the limits."""
    frame = exif = b""
    progressive = interleaved = False
    scans = 0
    for segment in segments(picture):
        if segment.marker == EXIF and not exif and segment.body.startswith(ifd.START):
            exif = segment.body
        elif segment.marker in FRAMES:
            if segment.marker not in (BASELINE, EXTENDED, PROGRESSIVE):
                raise _broken("it uses a compression that no camera uses")
            if frame:
                raise _broken("it has two frames")
            frame, progressive = segment.body, segment.marker == PROGRESSIVE
        elif segment.marker == SOS:
            scans += 1
            interleaved = segment.body[:1] == frame[5:6]
            if scans > limits.SCANS:
                raise PictureError(f"The picture has over {limits.SCANS} scans.")
    if len(frame) < 9 or len(frame) != 6 + 3 * frame[5]:
        raise _broken("its size is missing")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    _check_size(width, height, scans)
    kept = progressive or scans > 1 or not interleaved
    coefficients = _coefficients(frame, width, height) if kept else 0
    return Structure(width, height, scans, coefficients, frame[5], orientation.read(exif))


def bare(picture: bytes) -> bytes:
    """The same JPEG without its metadata and anything after its end. The picture stays the same, byte for byte.

    Keeps the JFIF and Adobe headers, which define its colours. Raises PictureError.
    """
    return _rebuilt(picture, ())


def decodable(picture: bytes) -> bytes:
    """The part of a JPEG that a decoder sees: `bare`, and the colour profile if it is complete. Raises PictureError."""
    every = list(segments(picture))
    rebuilt = _rebuilt(picture, icc.segments(segment.body for segment in every if segment.marker == ICC))
    markers = [segment.marker for segment in every]
    # Some cameras leave out the end marker. If there is one scan, the decoder notices whether anything else is missing.
    ended = EOI in markers or PROGRESSIVE in markers or markers.count(SOS) != 1
    return rebuilt if ended else rebuilt + b"\xff\xd9"


def _rebuilt(picture: bytes, profile: Iterable[bytes]) -> bytes:
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    whole = memoryview(picture)  # slices without copying
    before = [encoded(ICC, body) for body in profile]
    for marker, body, scan in segments(picture):
        if marker in METADATA:
            if _tells_colours(marker, body):
                kept.append(encoded(marker, body))
            continue
        kept += before  # after the JFIF header, which must come first (ITU T.871, 10.1)
        before = []
        kept += [b"\xff\xd9"] if marker == EOI else [encoded(marker, body), whole[scan]]
    return b"".join(kept)


def encoded(marker: int, body: bytes) -> bytes:
    """A segment as it stands in a file."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def segments(picture: bytes) -> Iterator[Segment]:
    """Every segment after the first marker, as libjpeg finds them, up to the end marker (or the last byte)."""
    if not picture.startswith(b"\xff\xd8"):
        raise _broken("it does not start like one" if picture else "it is empty")
    found = MARKER.search(picture, 2)
    for _ in range(limits.SEGMENTS):
        if found is None:
            return
        marker, start = picture[found.end() - 1], found.end()
        if marker in (SOI, EOI):
            if marker == SOI:
                raise _broken("it has two start markers")
            yield Segment(marker, b"", slice(0))
            return
        length = int.from_bytes(picture[start : start + 2], "big")
        end = start + length
        if length < 2 or end > len(picture):
            raise _broken("it ends in the middle")
        found = MARKER.search(picture, end)
        scan = slice(end, found.start() if found else len(picture)) if marker == SOS else slice(0)
        yield Segment(marker, picture[start + 2 : end], scan)
    raise PictureError(f"The picture has over {limits.SEGMENTS} segments.")


def _check_size(width: int, height: int, scans: int) -> None:
    if 0 in (width, height):
        raise _broken("its size is missing")
    require_size(width, height)
    if scans * width * height > limits.SCANNED_PIXELS:
        raise PictureError(f"The picture has {width}×{height} pixels in {scans} scans, which takes too long to decode.")


def require_size(width: int, height: int) -> None:
    """Raises PictureError for an incoming picture, of any format, that has too many pixels."""
    shown = f"The picture has {width}×{height} pixels; the limit is"
    if width * height > limits.PICTURE_PIXELS:
        raise PictureError(f"{shown} {limits.PICTURE_PIXELS // 10**6} megapixels.")
    if max(width, height) > limits.PICTURE_SIDE:
        raise PictureError(f"{shown} {limits.PICTURE_SIDE} pixels a side.")


def _coefficients(frame: bytes, width: int, height: int) -> int:
    """Bytes of all coefficients: two each, in blocks of 8×8, whole blocks for each component."""
    sampling = [(frame[at] >> 4 or 1, frame[at] & 15 or 1) for at in range(7, len(frame), 3)]
    most_across, most_down = (max(factors) for factors in zip(*sampling, strict=True))
    return sum(
        128 * across * math.ceil(width / (8 * most_across)) * down * math.ceil(height / (8 * most_down))
        for across, down in sampling
    )


def _tells_colours(marker: int, body: bytes) -> bool:
    return (marker == JFIF and body.startswith(b"JFIF\0")) or (marker == ADOBE and body.startswith(b"Adobe"))


def _broken(reason: str) -> PictureError:
    return PictureError(f"This is not a complete JPEG: {reason}.")
