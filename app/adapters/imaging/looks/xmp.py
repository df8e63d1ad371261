"""What a finished look says of itself, as an XMP packet in its file: nothing else knows whether it is up to date. Pure.

The packet follows Adobe's XMP Specification: part 1 for its form (7.4: simple properties as attributes, one namespace
of our own), part 3 for its place, in a JPEG (1.1.3: an APP1 segment) and in a PNG (1.1.5: an iTXt chunk). It stands in
front of the picture's data, so that the first `HEAD` bytes of a file have it.
"""

import contextlib
import struct
import zlib
from collections.abc import Mapping
from xml.etree import ElementTree as ET

HEAD = 8 * 1024  # bytes of a file that have the whole packet
LONGEST = 4_000  # bytes of a packet
NAMESPACE = "https://collagen.example/ns/look/1.0/"
RDF, META = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "adobe:ns:meta/"
DUBLIN_CORE, MEDIA = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/mm/"

SOI = b"\xff\xd8"
APP1 = b"\xff\xe1"
HEADER = b"http://ns.adobe.com/xap/1.0/\0"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
IHDR = len(SIGNATURE) + 25  # where the header of a PNG ends
ITXT = b"XML:com.adobe.xmp\0\0\0\0\0"

for _prefix, _uri in {"x": META, "rdf": RDF, "dc": DUBLIN_CORE, "xmpMM": MEDIA, "collagen": NAMESPACE}.items():
    ET.register_namespace(_prefix, _uri)


def packet(values: Mapping[str, str]) -> bytes:
    """An XMP packet with these values: `version` becomes xmpMM:VersionID, `identifier` dc:identifier, others are ours.

    Raises ValueError if it would be too long.
    """
    meta = ET.Element(f"{{{META}}}xmpmeta")
    rdf = ET.SubElement(meta, f"{{{RDF}}}RDF")
    ET.SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""} | {_name(key): values[key] for key in values})
    body = (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + ET.tostring(meta) + b'<?xpacket end="r"?>'
    )
    if len(body) > LONGEST:
        raise ValueError(f"an XMP packet of {len(body)} bytes")
    return body


def inserted(picture: bytes, values: Mapping[str, str]) -> bytes:
    """A JPEG or PNG of ours, which has no XMP yet, with these values."""
    body = packet(values)
    if picture.startswith(SOI):
        return SOI + APP1 + struct.pack(">H", 2 + len(HEADER) + len(body)) + HEADER + body + picture[len(SOI) :]
    chunk = b"iTXt" + ITXT + body
    new = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return picture[:IHDR] + new + picture[IHDR:]


def values(head: bytes) -> dict[str, str] | None:
    """The values in the first `HEAD` bytes of a file; None where there are none of ours, or they are damaged."""
    if head.startswith(SOI + APP1) and head[6 : 6 + len(HEADER)] == HEADER:
        begin = 6 + len(HEADER)
        body = head[begin : 4 + struct.unpack_from(">H", head, 4)[0]]
    elif head.startswith(SIGNATURE) and head[IHDR + 4 : IHDR + 8 + len(ITXT)] == b"iTXt" + ITXT:
        begin = IHDR + 8 + len(ITXT)
        body = head[begin : IHDR + 8 + struct.unpack_from(">I", head, IHDR)[0]]
    else:
        return None
    if b"<!" in body or len(body) > LONGEST:  # a packet of ours declares nothing
        return None
    with contextlib.suppress(ET.ParseError, ValueError):
        description = ET.fromstring(body).find(f"{{{RDF}}}RDF/{{{RDF}}}Description")  # noqa: S314 -- see above
        if description is not None:
            return {_key(name): value for name, value in description.attrib.items() if name != f"{{{RDF}}}about"}
    return None


def _name(key: str) -> str:
    if key == "version":
        return f"{{{MEDIA}}}VersionID"
    return f"{{{DUBLIN_CORE}}}identifier" if key == "identifier" else f"{{{NAMESPACE}}}{key}"


def _key(name: str) -> str:
    known = {_name(key): key for key in ("version", "identifier")}
    return known.get(name) or name.rpartition("}")[2]
