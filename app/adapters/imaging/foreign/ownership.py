"""The address in a picture's own metadata: whose picture it is.

EXIF's UserComment (CIPA DC-008, 4.6.5.2), where Collagen itself writes it; the same tag in XMP; XMP's PersonInImage
(IPTC Extension 1.6), the person shown. Not Artist, nor creator: that is who took the picture, and one photographer may
have taken all.
"""

from typing import Any
from xml.etree import ElementTree

from PIL import Image

from app.adapters.imaging.foreign.pixels import opened
from app.core.addresses import normalise
from app.core.errors import PictureError

EXIF_IFD, USER_COMMENT = 0x8769, 0x9286
XMP_TAG = 700  # of a TIFF
RDF_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
NAMES = (
    "{http://ns.adobe.com/exif/1.0/}UserComment",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}PersonInImage",
)
LONGEST = 1_000_000  # bytes of XMP


def address(picture: bytes) -> str | None:
    """The first text in these tags that is an address, as it stands there; None if there is none."""
    try:
        with opened(picture) as image:
            texts = [_comment(image), *_in_xmp(_xmp(image))]
    except PictureError:
        return None
    return next((text for text in texts if normalise(text)), None)


def _comment(image: Image.Image) -> str:
    value: Any = image.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT, b"")
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return ""
    code, text = value[:8], value[8:]
    if code == b"UNICODE\0":
        marked = text.startswith((b"\xff\xfe", b"\xfe\xff"))
        # without a mark, ASCII shows the order: one of two bytes is zero
        coding = "utf-16" if marked else "utf-16-be" if text[:1] == b"\0" else "utf-16-le"
        return text.decode(coding, "replace").strip("\0 ")
    return text.decode("utf-8", "replace").strip("\0 ")


def _xmp(image: Image.Image) -> bytes:
    tags: Any = getattr(image, "tag_v2", {})
    value = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or tags.get(XMP_TAG) or b""
    return value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b""


def _in_xmp(packet: bytes) -> list[str]:
    if not 0 < len(packet) <= LONGEST:
        return []
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314 -- in the decoding process
    except (ElementTree.ParseError, ValueError):
        return []
    found = {name: list[str]() for name in NAMES}
    for element in root.iter():
        for name in NAMES:
            if name in element.attrib:
                found[name].append(element.attrib[name])
        if element.tag in found:
            items = [item.text or "" for item in element.iter(RDF_ITEM)]
            found[element.tag] += items or [element.text or ""]
    return [text.strip() for name in NAMES for text in found[name]]
