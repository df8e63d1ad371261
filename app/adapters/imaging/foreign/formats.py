"""The formats that a picture in a folder may have, by its first bytes. Pure."""

from typing import Literal

from app.core.errors import PictureError

Kind = Literal["JPEG", "PNG", "GIF", "WEBP", "TIFF", "HEIF", "AVIF"]

# ISO/IEC 14496-12, 4.3: brands of a file made of boxes; 23008-12 (HEIF) and AV1 Image File Format name these
HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF = (b"avif", b"avis")


def format_of(picture: bytes) -> Kind:
    """The format of a picture. Raises PictureError if it is none of these."""
    if picture.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if picture.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if picture.startswith((b"II*\0", b"MM\0*")):
        return "TIFF"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "WEBP"
    if picture[4:8] == b"ftyp":
        length = min(int.from_bytes(picture[:4], "big"), 256)
        brands = [picture[8:12], *(picture[start : start + 4] for start in range(16, length, 4))]
        if any(brand in AVIF for brand in brands):
            return "AVIF"
        if any(brand in HEIF for brand in brands):
            return "HEIF"
    if not picture.strip(b"\0"):
        raise PictureError("The file is empty." if not picture else "The file holds nothing but zeros.")
    raise PictureError("This is not a picture in a format that Collagen reads: JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF.")
