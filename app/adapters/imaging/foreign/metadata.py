"""What a picture was like when it was sent, and when and where its EXIF says that it was taken.

EXIF's tags (CIPA DC-008, 4.6), by exiftool's names. XMP is not read: cameras and phones write EXIF.
"""

import math
from typing import Any

from PIL import ExifTags, Image

from app.adapters.imaging.foreign.pixels import BROKEN, opened
from app.core.sources import LONGEST_TAG, Original

FIRST = {"Make": ExifTags.Base.Make, "Model": ExifTags.Base.Model}
EXIF = {
    "DateTimeOriginal": ExifTags.Base.DateTimeOriginal,
    "OffsetTimeOriginal": ExifTags.Base.OffsetTimeOriginal,
    "CreateDate": ExifTags.Base.DateTimeDigitized,
    "OffsetTimeDigitized": ExifTags.Base.OffsetTimeDigitized,
}
GPS = {
    "GPSLatitudeRef": ExifTags.GPS.GPSLatitudeRef,
    "GPSLongitudeRef": ExifTags.GPS.GPSLongitudeRef,
    "GPSDateStamp": ExifTags.GPS.GPSDateStamp,
}
GPS_DEGREES = {"GPSLatitude": ExifTags.GPS.GPSLatitude, "GPSLongitude": ExifTags.GPS.GPSLongitude}
GPS_TIME = ExifTags.GPS.GPSTimeStamp


def original(picture: bytes) -> Original:
    """Size and metadata of a picture; no pixels are decoded. Broken metadata are none. Raises PictureError."""
    with opened(picture) as image:
        width, height = image.size
        return Original(width, height, len(picture), _tags(image))


def _tags(image: Image.Image) -> dict[str, str]:
    try:
        exif = image.getexif()
        inner, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except BROKEN:
        return {}
    found = {name: _text(exif.get(tag)) for name, tag in FIRST.items()}
    found |= {name: _text(inner.get(tag)) for name, tag in EXIF.items()}
    found |= {name: _text(gps.get(tag)) for name, tag in GPS.items()}
    found |= {name: " ".join(f"{part:.9g}" for part in _triple(gps.get(tag))) for name, tag in GPS_DEGREES.items()}
    if time := _triple(gps.get(GPS_TIME)):
        seconds = f"{time[2]:09.6f}".rstrip("0").rstrip(".")
        found["GPSTimeStamp"] = f"{time[0]:02.0f}:{time[1]:02.0f}:{seconds}"[:LONGEST_TAG]
    return {name: text for name, text in found.items() if text}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.partition("\0")[0][:LONGEST_TAG] if isinstance(value, str) else ""


def _triple(value: Any) -> list[float]:
    """Degrees or hours, minutes, seconds; empty if they are not there or not numbers."""
    try:
        numbers = [float(part) for part in value]
    except BROKEN:
        return []
    return numbers if len(numbers) == 3 and all(map(math.isfinite, numbers)) else []
