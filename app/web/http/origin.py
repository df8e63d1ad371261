"""Cross-site request forgery: refuses changes that a page of another site asks for."""

from flask import request

from app.web.http.peer import came_through_a_trusted_proxy
from app.web.services import services


class ForeignOrigin(Exception):
    """A browser on another site sent a request that would change something."""


def require_same_origin() -> None:
    """Raises ForeignOrigin for a request that changes something and was sent by another site's page."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and _is_cross_site():
        raise ForeignOrigin("This request came from a page of another site.")


def _is_cross_site() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # a form on a page that tells no referrer has the origin "null", also on our own: this header knows better
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # TLS ends at nginx, which says so; anyone can write the header
    proto = request.headers.get("X-Forwarded-Proto", "") if came_through_a_trusted_proxy() else ""
    told = proto.rpartition(",")[2].strip()
    public = "/".join((services().settings.public_url or "").split("/")[:3])
    return origin is not None and origin not in (f"{told or request.scheme}://{request.host}", public)
