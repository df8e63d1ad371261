"""Attacks that must fail: requests hidden in others, and texts that would be a script on a page."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient

from app.adapters.store import Store
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.running import running, service, store
from tests.support.web import ADMIN, application, mail_settings

__all__ = ["running", "service", "store"]

WORKERS = 1
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

# a request in the body of another one, for parsers that disagree about where that ends
HIDDEN = "POST /webhook/hidden HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = f"0\r\n\r\n{HIDDEN}"
SMUGGLED = {
    "both lengths": f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKED}",
    "both, the other way round": f"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{CHUNKED}",
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "two in one": f"Content-Length: 0, {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a sign": f"Content-Length: +0\r\n\r\n{HIDDEN}",
    "a blank before the colon": f"Transfer-Encoding : chunked\r\n\r\n{CHUNKED}",
    "folded": f"X: y\r\n Transfer-Encoding: chunked\r\n\r\n{CHUNKED}",
    "another coding": f"Transfer-Encoding: xchunked\r\n\r\n{CHUNKED}",
    "two codings": f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n{CHUNKED}",
    "a vertical tab": f"Transfer-Encoding:\x0bchunked\r\n\r\n{CHUNKED}",
    "an underscore": f"Content_Length: {len(HIDDEN)}\r\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "a bare line feed": f"X: y\nTransfer-Encoding: chunked\r\n\r\n{CHUNKED}",
    "a chunk's extension": f"Transfer-Encoding: chunked\r\n\r\n0;a=\r\n\r\n{HIDDEN}",
    "no length": f"\r\n{HIDDEN}",
}


def exchanged(service: Service, request: str) -> bytes:
    """Everything that comes back until the service closes the connection."""
    url, answer = urlsplit(service.url), b""
    with socket.create_connection((url.hostname or "", url.port or 0), timeout=300) as line:
        line.sendall(request.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        while part := line.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize("how", SMUGGLED)
def test_no_request_is_hidden_in_another(service: Service, how: str) -> None:
    answer = exchanged(service, f"POST /nowhere HTTP/1.1\r\nHost: x\r\n{SMUGGLED[how]}")
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert not any("/webhook" in line for line in service.log)


SCRIPT = "<script>alert(1)</script>"
TYPED = [
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "</title><svg/onload=alert(1)>",
]


class Scripts(HTMLParser):
    """What a browser would run on a page besides files of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, page: str) -> list[str]:
        parser = cls()
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction", "data", "xlink:href")
            if name.startswith("on") or (leads and (value or "").strip().lower().startswith("javascript:")):
                self.found.append(f"{tag} {name}={value}")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/static/"):
            self.found.append(tag)


@pytest.fixture
def pages(standin: Standin, store: Store, tmp_path: Path) -> Iterator[FlaskClient]:
    """An application whose campaign, photos and log have names that would be a script."""
    (tmp_path / "campaigns.toml").write_text(
        "".join(
            f"[c{number}]\ntitle = '''{typed.replace(chr(39), chr(34))}'''\npublic = true\n"
            for number, typed in enumerate(TYPED)
        )
    )
    for number, typed in enumerate(TYPED):
        for at, public_id in enumerate((typed, "plain")):
            made = prepared(at)
            store.photos.put(f"c{number}", public_id, made.archive, made.intermediate, 1_700_000_000 + at, 1)
        store.logs.event(f"c{number}", NOW, "ERROR", typed, f"not stored: {typed}")
    environ = environment(standin, store.root.path, **mail_settings("smtp://127.0.0.1:9"))
    environ["COLLAGEN_CAMPAIGNS"] = str(tmp_path / "campaigns.toml")
    app = application(environ)
    yield app.test_client()
    app.extensions["collagen"].close()


def test_nothing_that_anybody_has_typed_is_a_script_on_a_page(pages: FlaskClient) -> None:
    for number, typed in enumerate(TYPED):
        for path in (
            "/admin/",
            f"/admin/campaigns/c{number}/",
            f"/admin/campaigns/c{number}/?q={quote(typed)}&exclude={quote(typed)}&photos={quote(typed)}",
            f"/admin/campaigns/c{number}/plan?width={quote(typed)}",
            f"/admin/campaigns/c{number}/unreachable",
            f"/admin/campaigns/{quote(typed, safe='')}/",
            f"/wall/c{number}",
            f"/{quote(typed)}",
            f"/campaigns/{quote(typed, safe='')}/photos",
        ):
            answer = pages.get(path, auth=ADMIN, follow_redirects=True)
            assert answer.status_code < 500, path
            assert Scripts.of(answer.text) == [], path
            assert "49" not in re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)[:1], path


def test_the_look_for_scripts_sees_them() -> None:
    for typed in TYPED[:3]:
        assert Scripts.of(f"<p title='x {typed}'>{typed}</p>") != [], typed
    assert Scripts.of(f"<a href='{TYPED[3]}'>") != []
    assert Scripts.of(f"<title>{TYPED[5]}</title>") != []
