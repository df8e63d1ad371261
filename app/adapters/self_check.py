"""Checks the service as others reach it: through COLLAGEN_PUBLIC_URL, DNS, TLS and nginx."""

import http.client
from urllib.parse import urlsplit

from app.core import limits
from app.core.errors import SettingError


def check(url: str) -> None:
    """Raises SettingError with the reason unless Collagen answers GET `url`/health with 200.

    `url`: from the settings. Uses no proxy and follows no redirect, to see what Cloudinary and mail programs see.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=limits.PUBLIC_SECONDS)
    try:
        connection.request("GET", f"{parts.path}/health", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        status, body = answer.status, answer.read(4096)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise SettingError(f"{url}/health cannot be reached from here: {' '.join(reason.split())}") from error
    finally:
        connection.close()
    if b'"checks"' not in body:
        raise SettingError(f"{url}/health answers {status}, and not as Collagen does")
    if status != 200:
        raise SettingError(f"{url}/health answers {status}: something that the service needs is missing")
