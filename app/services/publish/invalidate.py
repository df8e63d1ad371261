"""What a CDN has to forget. Pure."""

from collections.abc import Iterable, Sequence

from app.services.publish import names

MOST = 100  # addresses in one invalidation; CloudFront counts a wildcard as one
ALL = "/*"


def addresses(paths: Iterable[str]) -> Sequence[str]:
    """The addresses of files that were replaced or removed: each, or a wildcard for all if they are many."""
    found = sorted({f"/{path}" for path in paths})
    if f"/{names.INDEX}" in found:
        found = ["/", *found]
    return [ALL] if len(found) > MOST else found
