"""Cross-site request forgery: refuses changes requested by another site's page."""

from flask import request

from app.web.http.addresses import requested_origin
from app.web.services import services


class ForeignOrigin(Exception):
    """A page of another site sent a request that would change something."""


def require_same_origin() -> None:
    """Raises ForeignOrigin for a request that changes something and was sent by another site's page."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and _is_cross_site():
        raise ForeignOrigin("This request came from another site's page.")


def _is_cross_site() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # this header is reliable: a form on a page without a referrer, even ours, sends `Origin: null`
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    public = "/".join((services().settings.public_url or "").split("/")[:3])
    return origin is not None and origin not in (requested_origin(), public)
