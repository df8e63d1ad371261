"""Fetches a picture as JPEG from the delivery hosts that the settings allow."""

import io
import re
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

import requests

from app.adapters.cloudinary.connection import Deadline
from app.core import limits
from app.core.config.parsing import LOOPBACK
from app.core.errors import CloudinaryUnavailable, CollagenError, PictureError

TIMEOUT = (limits.CONNECT_SECONDS, limits.READ_SECONDS)
CHUNK = 64 * 1024


# …/image/<type>/[s--signature--/][transformations/]v<version>/<public ID>.<format>
ADDRESS = re.compile(
    r"(?P<before>https?://[^?]*?)/image/(?P<type>[a-z_]+)/(?P<signature>s--[\w-]+--/)?"
    r"(?P<transformations>(?:[^?]*?/)??)v(?P<version>[0-9]+)/(?P<name>[^?]+)"
)


def as_jpeg(url: str) -> str:
    """The URL of the same picture converted to JPEG: `f_jpg` as a component before the version.

    Raises CloudinaryUnavailable for a URL without a version: a CDN may answer it with a copy that is weeks old.
    """
    found = _parsed(url)
    return (
        f"{found['before']}/image/{found['type']}/{found['signature'] or ''}{found['transformations']}f_jpg/"
        f"v{found['version']}/{found['name']}"
    )


def needs_signature(url: str) -> bool:
    """Whether the URL must be signed: it already is, and an inserted component breaks that, or its type demands it."""
    found = _parsed(url)
    return found["signature"] is not None or found["type"] != "upload"


def parts(url: str) -> tuple[str, str, int]:
    """The part before `/image/`, the delivery type (upload, private, authenticated), and the version."""
    found = _parsed(url)
    return found["before"], found["type"], int(found["version"])


def _parsed(url: str) -> re.Match[str]:
    found = ADDRESS.fullmatch(url)
    if found is None:
        raise CloudinaryUnavailable(f"{_shown(url)} is not the URL of a version of an image.")
    return found


def check_host(url: str, allowed: Collection[str]) -> None:
    """Raises CloudinaryUnavailable unless the host may be fetched from: https, or plain http to loopback."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise CloudinaryUnavailable(f"{_shown(url)} is not a URL.") from error
    host = parts.netloc.lower()
    if host not in allowed or parts.scheme not in ("https", scheme(host)):
        raise CloudinaryUnavailable(
            f"Pictures may not be fetched from {parts.scheme}://{host[:100]}: COLLAGEN_DELIVERY_HOSTS does not name it."
        )


def scheme(host: str) -> str:
    """The URL scheme for a host (or host:port): https, and plain http for this machine."""
    return "http" if urlsplit(f"//{host}").hostname in LOOPBACK else "https"


def fetch(
    session: requests.Session, url: str, allowed: Collection[str], seconds: float = limits.DOWNLOAD_SECONDS
) -> bytes:
    """Downloads a JPEG of at most 30 MB within `seconds`, through at most 3 redirects to `allowed` hosts.

    `session` comes from `connection.new_session`. Raises PictureError if Cloudinary says it is not a picture, or it is
    too large; CloudinaryUnavailable for everything that a retry may fix: still processing (423), cut short, an HTML
    page, a host that does not answer or is not allowed.
    """
    with Deadline(seconds) as deadline:
        try:
            body = _follow(session, url, allowed)
        except CollagenError:
            if not deadline.passed:
                raise
        except (requests.RequestException, ValueError) as error:
            if not deadline.passed:
                raise CloudinaryUnavailable(f"{_shown(url)} could not be fetched: {type(error).__name__}.") from error
        else:
            if not deadline.passed:  # an answer cut by the deadline may look complete
                return body
    raise CloudinaryUnavailable(f"{_shown(url)} took over {seconds:g} seconds.")


def _follow(session: requests.Session, url: str, allowed: Collection[str]) -> bytes:
    for _ in range(limits.REDIRECTS + 1):
        check_host(url, allowed)
        with session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as answer:
            target = answer.headers.get("Location") if answer.is_redirect else None
            if target is None:
                return _body(url, answer)
            url = urljoin(url, target)
    raise CloudinaryUnavailable(f"{_shown(url)} takes over {limits.REDIRECTS} redirects.")


def _body(url: str, answer: requests.Response) -> bytes:
    _check_answer(url, answer)
    too_large = PictureError(f"The picture has over {limits.PICTURE_BYTES // 10**6} MB.")
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > limits.PICTURE_BYTES):
        raise too_large
    body = io.BytesIO()
    for chunk in answer.iter_content(CHUNK):
        body.write(chunk)
        if body.tell() > limits.PICTURE_BYTES:
            raise too_large
    if not body.tell():
        raise CloudinaryUnavailable(f"{_shown(url)} answered nothing.")
    return body.getvalue()


def _check_answer(url: str, answer: requests.Response) -> None:
    reason = answer.headers.get("x-cld-error", "")[:200]
    if answer.status_code == 400 and reason:
        raise PictureError(f"Cloudinary cannot make a JPEG of it: {reason}.")
    if answer.status_code == 423:
        raise CloudinaryUnavailable(f"{_shown(url)} is still being processed.", retry_after=30)
    found = ADDRESS.fullmatch(url)
    if answer.status_code in (401, 403) and found and found["type"] != "upload":
        raise PictureError(
            f"Cloudinary does not deliver it to a signed URL ({answer.status_code} {reason}). Allow that for assets"
            f" of type {found['type']}, or upload photos as type upload."
        )
    if answer.status_code != 200:
        raise CloudinaryUnavailable(f"{_shown(url)} answered {answer.status_code} {reason}.")
    packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise CloudinaryUnavailable(f"{_shown(url)} answered {packed[:20]}, which was not requested.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if not kind.startswith("image/"):
        raise CloudinaryUnavailable(f"{_shown(url)} answered {kind or 'something without a type'}, not a picture.")


def _shown(url: str) -> str:
    return url.partition("?")[0][:200]
