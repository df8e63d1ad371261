"""The delivery URLs: pictures as they are, or as JPEG."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from urllib.parse import unquote

from werkzeug import Request, Response

from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.assets import Asset
from scripts.sandbox.standin.cloud import Cloud

_TRANSFORMATION = re.compile(r"[a-z]{1,3}_[^/]+")


@dataclass(frozen=True)
class Address:
    """/<cloud>/image/<type>/[s--XXXXXXXX--/][transformations/][v123/]public_id.ext, still quoted."""

    cloud: str
    type: str
    signature: str
    transformations: tuple[str, ...]
    version: int | None
    name: str

    @classmethod
    def of(cls, path: str) -> Address | None:
        """None for anything but a delivery URL."""
        match = re.fullmatch(r"/([^/]+)/image/(upload|private|authenticated)/(?:s--([\w-]+)--/)?(.+)", path)
        if not match:
            return None
        parts = match[4].split("/")
        before: list[str] = []
        while len(parts) > 1 and _TRANSFORMATION.fullmatch(unquote(parts[0])):
            before.append(parts.pop(0))
        versioned = len(parts) > 1 and re.fullmatch(r"v\d+", parts[0])
        version = int(parts.pop(0)[1:]) if versioned else None
        return cls(match[1], match[2], match[3] or "", tuple(before), version, "/".join(parts))

    def wants_jpeg(self) -> bool:
        """A format among the transformations overrides the name's extension."""
        options = [option for part in self.transformations for option in unquote(part).split(",")]
        formats = [option[2:] for option in options if option.startswith("f_")]
        wanted = formats[-1] if formats else unquote(self.name).rpartition(".")[2].lower()
        return wanted in ("jpg", "jpeg")

    def is_signed_right(self, secret: str) -> bool:
        """Unsigned is right too, except for private and authenticated assets.

        The signature covers the transformation, but not the version.
        """
        if not self.signature and self.type != "upload":
            return False
        rest = "/".join([*self.transformations, self.name])
        return hmac.compare_digest(self.signature, signatures.of_address(rest, secret, len(self.signature)))


def deliver(cloud: Cloud, request: Request) -> Response:
    """Serves the current version only; a URL with another is 404, where a real cache might still answer.

    A rejected asset is 404 as well, unless the account is set to deliver them. Files that cannot be converted are
    served raw as image/jpeg.
    """
    address = Address.of(request.environ["standin.quoted_path"])
    if address is None or address.cloud != cloud.name:
        return refuse(404, "Resource not found")
    if not address.is_signed_right(cloud.secret) or (address.type != "upload" and not cloud.deliver_signed):
        return refuse(401, f"Invalid signature {address.signature}")
    asset = _find(cloud, unquote(address.name))
    hidden = asset is not None and asset.status == "rejected" and not cloud.deliver_rejected
    if asset is None or hidden or asset.type != address.type or address.version not in (None, asset.version):
        return refuse(404, f"Resource not found - {unquote(address.name)}")
    picture = asset.picture
    if address.wants_jpeg():
        return _picture(picture.as_jpeg, "image/jpeg", picture.etag)
    return _picture(picture.data, picture.content_type, picture.etag)


def refuse(status: int, reason: str) -> Response:
    """The reason is in a header, the body is empty."""
    return Response(status=status, headers={"X-Cld-Error": reason.encode("ascii", "replace").decode()})


def _find(cloud: Cloud, name: str) -> Asset | None:
    """Without the extension, which may be missing; a public ID can contain dots."""
    return cloud.catalogue.find(name.rpartition(".")[0]) or cloud.catalogue.find(name)


def _picture(data: bytes, content_type: str, etag: str) -> Response:
    return Response(data, content_type=content_type, headers={"ETag": f'"{etag}"', "Cache-Control": "public"})
