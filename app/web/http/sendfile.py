"""Leaves it to nginx to send a file of the store, where it is nginx that asks.

It says so as Rack's Sendfile has it: `X-Sendfile-Type: X-Accel-Redirect`, and in `X-Accel-Mapping` under which address
of its own it has the store, `<store>/=/_store/`; whatever a client sends under these names it overwrites. Then a large
file takes no thread of ours, and nginx sees to parts of it (Range) and to what the browser has already (304).
https://rubydoc.info/gems/rack/Rack/Sendfile, https://nginx.org/en/docs/http/ngx_http_core_module.html#internal
"""

import mimetypes
from pathlib import Path
from urllib.parse import quote

from flask import Response, request, send_file

from app.web.http.peer import is_from_this_machine


def send(path: Path, name: str) -> Response:
    """The answer that carries the file at `path` (absolute); `name`: how it is called where it is saved."""
    address = _nginx_address(path)
    if address is None:
        return send_file(path, conditional=True, download_name=name)
    answer = Response(content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    answer.headers.set("Content-Disposition", "inline", filename=name)
    answer.headers["X-Accel-Redirect"] = address
    return answer


def _nginx_address(path: Path) -> str | None:
    """Under which address nginx has a file; None where it is not nginx that asks, or it has it not."""
    if request.headers.get("X-Sendfile-Type") != "X-Accel-Redirect" or not is_from_this_machine():
        return None
    place, _, address = request.headers.get("X-Accel-Mapping", "").partition("=")
    if not (place.startswith("/") and address.startswith("/") and path.is_relative_to(place)):
        return None
    return address + quote(str(path.relative_to(place)))
