"""The service as others reach it: the only code that asks at COLLAGEN_PUBLIC_URL, through DNS, TLS and nginx."""

import http.client
from urllib.parse import urlsplit

from app.core import limits
from app.core.errors import SettingError


def check(url: str) -> None:
    """Raises SettingError, saying what stood in the way, unless GET `url`/health is answered, by Collagen, with 200.

    `url` as the settings have it. No proxy, no redirect: what Cloudinary and mail programs meet is what counts.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=limits.PUBLIC_SECONDS)
    try:
        connection.request("GET", f"{parts.path}/health", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        status, body = answer.status, answer.read(4096)
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise SettingError(f"{url}/health cannot be asked from here: {' '.join(said.split())}") from error
    finally:
        connection.close()
    if b'"checks"' not in body:
        raise SettingError(f"{url}/health answers {status}, and not as Collagen does")
    if status != 200:
        raise SettingError(f"{url}/health answers {status}: something that the service needs is missing")
