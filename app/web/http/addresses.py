"""Our own addresses, as other websites must write them."""

from typing import Any
from urllib.parse import urlsplit

from flask import request, url_for

from app.web.http.peer import came_through_a_trusted_proxy
from app.web.services import services


def requested_origin() -> str:
    """The origin that the request was sent to: `https://collagen.example.org`."""
    # nginx terminates TLS and sets this header; from elsewhere anyone could
    proto = request.headers.get("X-Forwarded-Proto", "") if came_through_a_trusted_proxy() else ""
    scheme = proto.rpartition(",")[2].strip() or request.scheme
    return f"{scheme}://{request.host}"


def site() -> str:
    """The service's address without a trailing slash: COLLAGEN_PUBLIC_URL, or else where the request was sent to."""
    return services().settings.public_url or requested_origin()


def absolute(endpoint: str, **values: Any) -> str:
    """The whole address of a route."""
    return site() + url_for(endpoint, **values)


def path_here(address: str) -> str | None:
    """The path of an address of this service, as routes know it; None for another website's address."""
    try:
        url = urlsplit(address.strip())
        base = urlsplit(services().settings.public_url or "")
    except ValueError:
        return None
    if url.scheme not in ("http", "https"):
        return None
    if base.netloc and url.netloc.lower() == base.netloc.lower() and url.path.startswith(f"{base.path}/"):
        return url.path.removeprefix(base.path)
    return url.path if url.netloc.lower() == request.host.lower() else None
