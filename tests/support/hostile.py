"""Pictures made to overload or confuse a decoder, and other files named like pictures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from scripts.sandbox.pictures import claiming, encoded, jpeg, oriented, png, scene

EMPTY_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00\x00"  # one component, all but its first coefficient


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def inserted(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with segments right after its first marker."""
    return data[:2] + b"".join(segments) + data[2:]


def progressive(width: int, height: int, colours: int = 3) -> bytes:
    """A small progressive JPEG that claims this size."""
    data = jpeg(scene(64, 64) if colours == 3 else scene(64, 64).convert("L"), progressive=True, subsampling=0)
    return claiming(data.replace(b"\xff\xc2", b"\xff\xc0", 1), width, height).replace(b"\xff\xc0", b"\xff\xc2", 1)


def many_scans(scans: int, width: int = 2000, height: int = 2000) -> bytes:
    return progressive(width, height)[:-2] + EMPTY_SCAN * scans + b"\xff\xd9"


def repeated_scan(scans: int, width: int, height: int) -> bytes:
    """A progressive JPEG, whole, whose last scan is repeated so many times."""
    data = jpeg(Image.new("RGB", (width, height), "tomato"), progressive=True, subsampling=0)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * scans + b"\xff\xd9"


def sampled(*factors: int) -> bytes:
    """A JPEG whose components claim these sampling factors, such as 0x44."""
    data = bytearray(jpeg(scene(300, 400)))
    frame = data.index(b"\xff\xc0") + 10
    for number, factor in enumerate(factors):
        data[frame + 1 + 3 * number] = factor
    return bytes(data)


def as_frame(kind: int) -> bytes:
    """A JPEG that claims another way of compression."""
    return jpeg(scene(60, 80)).replace(b"\xff\xc0", bytes((0xFF, kind)), 1)


def without_height() -> bytes:
    """A JPEG whose height comes only after its scan (DNL)."""
    data = claiming(jpeg(scene(300, 400)), 300, 0)
    return data[:-2] + segment(0xDC, struct.pack(">H", 400)) + b"\xff\xd9"


def directories_in_a_circle() -> bytes:
    """EXIF in which every directory is full and the last points back to the first."""
    entries = 5000
    body = struct.pack(">H", entries) + b"".join(struct.pack(">HHII", 0x9000 + n, 4, 1, n) for n in range(entries))
    return segment(0xE1, b"Exif\0\0" + b"MM\0*" + struct.pack(">I", 8) + body + struct.pack(">I", 8))


def large_profile(size: int) -> list[bytes]:
    """An ICC profile in as many segments as needed, filled with nothing."""
    part = 65_000
    count = -(-size // part)
    profile = struct.pack(">I", size) + bytes(size - 4)
    return [
        segment(0xE2, b"ICC_PROFILE\0" + bytes((n + 1, count)) + profile[n * part : (n + 1) * part])
        for n in range(count)
    ]


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of one bit per pixel, all alike: a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = bytes(1 + -(-width // 8))
    packer = zlib.compressobj(9)
    rows = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


NO_PICTURES: dict[str, bytes] = {
    "nothing": b"",
    "HTML": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9">'
    b'<image x:href="text:/etc/passwd" width="9" height="9"/></svg>',
    "SVG with a declaration": b'<?xml version="1.0"?><svg width="9" height="9"><rect width="9" height="9"/></svg>',
    "MVG": b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'label:@/etc/passwd'\npop graphic-context\n",
    "MSL": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x.png"/></image>',
    "PostScript": b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\nshowpage\n",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "PDF": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n",
    "a URL": b"https://127.0.0.1/a.jpg",
    "a name of a text": b"text:@/etc/passwd",
    "a label": b"label:@/etc/passwd",
    "a caption": b"caption:@/etc/passwd",
    "ephemeral": b"ephemeral:/tmp/collagen-test",
    "XPM": b'/* XPM */\nstatic char *x[] = {"1 1 1 1", "a c red", "a"};\n',
    "PNM": b"P6 1 1 255\nabc",
    "GIF": encoded(scene(30, 40), "GIF"),
    "TIFF": encoded(scene(30, 40), "TIFF"),
    "PCX": encoded(scene(30, 40), "PCX"),
    "BMP": encoded(scene(30, 40), "BMP"),
    "ICO": encoded(scene(32, 32), "ICO"),
    "WebP": encoded(scene(30, 40), "WEBP"),
    "PNG": png(scene(30, 40)),
}

# Too large to keep in memory. Each is refused in one sentence.
REFUSED: dict[str, Callable[[], bytes]] = {
    "a thousand scans": lambda: many_scans(1000),
    "fewer scans of more pixels": lambda: many_scans(90, 6120, 8160),
    "scans without end, cut short": lambda: many_scans(400_000)[:-2],
    "50 progressive megapixels with all their colours": lambda: progressive(6120, 8160),
    "a million segments": lambda: inserted(jpeg(scene(30, 40)), segment(0xE1, b"ab") * 1_000_000),
    "a million comments": lambda: inserted(jpeg(scene(30, 40)), segment(0xFE, b"") * 1_000_000),
    "a height at the end": without_height,
    "a little more work than is let in": lambda: many_scans(72, 3535, 3535),
    "two frames": lambda: inserted(jpeg(scene(30, 40)), segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")),
    "a frame of arithmetic coding": lambda: as_frame(0xC9),
    "a lossless frame": lambda: as_frame(0xC3),
    "a hierarchical frame": lambda: as_frame(0xC5),
    "12 bits": lambda: jpeg(scene(60, 80)).replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1),
    "factors of 15": lambda: sampled(0xFF, 0xFF, 0xFF),
    "factors of nothing": lambda: sampled(0, 0, 0),
    "65500×1": lambda: jpeg(Image.new("L", (65_500, 1))),
    "1×65500": lambda: jpeg(Image.new("L", (1, 65_500))),
    "restart markers and nothing else": lambda: jpeg(scene(300, 400))[:600] + b"\xff\xd0" * 1_000_000 + b"\xff\xd9",
    "twice the beginning": lambda: b"\xff\xd8" + jpeg(scene(30, 40)),
    "a PNG of 900 megapixels": lambda: png_bomb(30_000, 30_000),
}

# Strange, but a picture: each is stored.
TAKEN: dict[str, Callable[[], bytes]] = {
    "a large profile that makes no sense": lambda: inserted(jpeg(scene(300, 400)), *large_profile(10_000_000)),
    "directories in a circle": lambda: inserted(jpeg(scene(300, 400)), directories_in_a_circle()),
    "the same in the right size": lambda: inserted(jpeg(scene(1500, 2000)), *[directories_in_a_circle()] * 100),
    "hundreds of large segments": lambda: inserted(jpeg(scene(300, 400)), *[segment(0xE1, bytes(65_000))] * 300),
    "a restart after each block": lambda: jpeg(scene(1500, 2000), restart_marker_blocks=1),
    "30 MB behind its end": lambda: jpeg(scene(300, 400)).ljust(29_900_000, b"\xff"),
    "a picture behind its end": lambda: jpeg(scene(300, 400)) + jpeg(Image.new("RGB", (3000, 4000), "navy")),
    "20000×3": lambda: jpeg(Image.new("L", (20_000, 3), 90)),
    "3×20000": lambda: jpeg(Image.new("L", (3, 20_000), 90)),
    "a panorama": lambda: jpeg(Image.new("RGB", (12_000, 4000), "tomato")),
    "50 megapixels": lambda: jpeg(Image.new("RGB", (6120, 8160), "tomato")),
    "50 progressive megapixels": lambda: jpeg(Image.new("RGB", (6120, 8160), "tomato"), progressive=True),
    "16 megapixels in 30 MB": lambda: jpeg(Image.new("RGB", (4000, 4000), "tomato")).ljust(29_900_000, b"\xff"),
    "as much memory as is let in": lambda: jpeg(
        Image.new("RGB", (4300, 5700), "tomato"), progressive=True, subsampling=0
    ).ljust(29_900_000, b"\xff"),
    "12 megapixels on their side": lambda: oriented(Image.new("RGB", (3999, 2999), "tomato"), 6),
    "CMYK": lambda: jpeg(scene(300, 400).convert("CMYK")),
    "grey": lambda: jpeg(scene(300, 400).convert("L")),
}
