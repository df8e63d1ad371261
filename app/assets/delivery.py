"""A picture as JPEG, from the delivery hosts that the settings allow."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

import requests

from app import limits
from app.errors import CloudinaryUnavailable, PictureError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
TIMEOUT = (limits.CONNECT_SECONDS, limits.READ_SECONDS)
CHUNK = 64 * 1024


# …/image/<type>/[s--signature--/][transformations/]v<version>/<public ID>.<format>
ADDRESS = re.compile(
    r"(?P<before>https?://[^?]*?)/image/(?P<type>[a-z_]+)/(?P<signature>s--[\w-]+--/)?"
    r"(?P<transformations>(?:[^?]*?/)??)v(?P<version>[0-9]+)/(?P<name>[^?]+)"
)


def as_jpeg(url: str) -> str:
    """The address of the same picture converted to JPEG: `f_jpg` as a component before the version.

    Raises CloudinaryUnavailable for an address without a version: a CDN may answer it with a copy that is weeks old.
    """
    found = _parsed(url)
    return (
        f"{found['before']}/image/{found['type']}/{found['signature'] or ''}{found['transformations']}f_jpg/"
        f"v{found['version']}/{found['name']}"
    )


def is_signed(url: str) -> bool:
    """Whether the address has a signature, which an inserted component would break."""
    return _parsed(url)["signature"] is not None


def parts(url: str) -> tuple[str, str, int]:
    """What stands before `/image/`, the delivery type (upload, private, authenticated), and the version."""
    found = _parsed(url)
    return found["before"], found["type"], int(found["version"])


def _parsed(url: str) -> re.Match[str]:
    found = ADDRESS.fullmatch(url)
    if found is None:
        raise CloudinaryUnavailable(f"{_shown(url)} is no address of a version of an image.")
    return found


def check_host(url: str, allowed: Collection[str]) -> None:
    """Raises CloudinaryUnavailable unless the host may be fetched from: https, or plain http to loopback."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise CloudinaryUnavailable(f"{_shown(url)} is no address.") from error
    host = parts.netloc.lower()
    local = host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK
    if host not in allowed or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise CloudinaryUnavailable(
            f"Pictures may not be fetched from {parts.scheme}://{host[:100]}: COLLAGEN_DELIVERY_HOSTS does not name it."
        )


def fetch(session: requests.Session, url: str) -> bytes:
    """Downloads a JPEG, at most 30 MB.

    Raises PictureError for what Cloudinary says is no picture, or is too large; CloudinaryUnavailable for everything
    that another try may mend: still processing (423), cut short, an HTML page, a host that does not answer.
    """
    try:
        with session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as answer:
            _check_answer(url, answer)
            body = bytearray()
            for chunk in answer.iter_content(CHUNK):
                body += chunk
                if len(body) > limits.PICTURE_BYTES:
                    raise PictureError(f"The picture has over {limits.PICTURE_BYTES // 10**6} MB.")
            if not body:
                raise CloudinaryUnavailable(f"{_shown(url)} answered nothing.")
            return bytes(body)
    except requests.RequestException as error:
        raise CloudinaryUnavailable(f"{_shown(url)} could not be fetched: {type(error).__name__}.") from error


def _check_answer(url: str, answer: requests.Response) -> None:
    said = answer.headers.get("x-cld-error", "")[:200]
    if answer.status_code == 400 and said:
        raise PictureError(f"Cloudinary cannot make a JPEG of it: {said}.")
    if answer.status_code == 423:
        raise CloudinaryUnavailable(f"{_shown(url)} is still being processed.", retry_after=30)
    if answer.status_code != 200:
        raise CloudinaryUnavailable(f"{_shown(url)} answered {answer.status_code} {said}.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if not kind.startswith("image/"):
        raise CloudinaryUnavailable(f"{_shown(url)} answered {kind or 'something without a type'}, not a picture.")


def _shown(url: str) -> str:
    return url.partition("?")[0][:200]
