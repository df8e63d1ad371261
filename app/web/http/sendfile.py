"""Hands files of the store to nginx (X-Accel-Redirect), if the request came through it.

As in Rack's Sendfile, nginx sends `X-Sendfile-Type: X-Accel-Redirect` and `X-Accel-Mapping: <store>/=/_store/`, the
internal address of the store, and overwrites what a client sends under these names. A large file then occupies no
thread here, and nginx handles ranges and conditional requests (304).
https://rubydoc.info/gems/rack/Rack/Sendfile, https://nginx.org/en/docs/http/ngx_http_core_module.html#internal
"""

import mimetypes
from pathlib import Path
from urllib.parse import quote

from flask import Response, request, send_file

from app.web.http.peer import is_from_this_machine

# not known to every Python that we support
TYPES = {".webp": "image/webp", ".avif": "image/avif"}


def send(path: Path, name: str) -> Response:
    """The response with the file at `path` (absolute). `name`: the file name for the browser."""
    address = _nginx_address(path)
    if address is None:
        return send_file(path, mimetype=content_type(name), conditional=True, download_name=name)
    answer = Response(content_type=content_type(name))
    answer.headers.set("Content-Disposition", "inline", filename=name)
    answer.headers["X-Accel-Redirect"] = address
    return answer


def content_type(name: str) -> str:
    """The media type of a file, by the ending of its name."""
    known = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return known or "application/octet-stream"


def _nginx_address(path: Path) -> str | None:
    """nginx's internal address of a file; None without nginx, or if it does not have the file."""
    if request.headers.get("X-Sendfile-Type") != "X-Accel-Redirect" or not is_from_this_machine():
        return None
    place, _, address = request.headers.get("X-Accel-Mapping", "").partition("=")
    if not (place.startswith("/") and address.startswith("/") and path.is_relative_to(place)):
        return None
    return address + quote(str(path.relative_to(place)))
