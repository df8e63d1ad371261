"""nginx as deploy/nginx/collagen.conf sets it up: what it passes on, what it sends itself, what it logs."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from app.adapters.store import Store
from app.core import limits
from app.web.api.collages import LONGEST_WAIT
from app.web.http import security_headers
from scripts.sandbox.nginx import ROOT, SITE, Nginx, installed_site, program
from scripts.sandbox.ports import free_ports
from scripts.sandbox.service import PASSWORD, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.web import fill

pytestmark = pytest.mark.skipif(program() is None, reason="there is no nginx; scripts/setup --dev installs it")

SECRET = "tokenOfSomebodysMail"
HOST = "collagen.example.org"


class Echo(BaseHTTPRequestHandler):
    """A service that echoes the request, or hands the file named in X-Ask-For to nginx."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        if wanted := self.headers.get("X-Ask-For"):
            self.send_header("X-Accel-Redirect", wanted)
            self.send_header("Cross-Origin-Resource-Policy", self.headers.get("X-Ask-Policy", "same-origin"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Logs nothing."""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx in front of a service that echoes requests; a store with a file of each kind."""
    directory = tmp_path_factory.mktemp("echo")
    for name in STORED:
        path = directory / "store" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        with Nginx(upstream.server_port, directory / "store", directory / "nginx") as running:
            yield running
        upstream.shutdown()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx without a service behind it."""
    directory = tmp_path_factory.mktemp("alone")
    with Nginx(free_ports(1)[0], directory, directory / "nginx") as running:
        yield running


STORED = (
    "sayno/collages/0001/collage.png",
    "sayno/collages/.tmp-0002/collage.png",
    "sayno/collages/.old-0001/collage.png",
    "sayno/collages/.progress.json",
    "sayno/approved/a.jpg",
    "sayno/thumbnails/a.png",
    "sayno/logs/sends.jsonl",
    "sayno/logs/opens/20260101.x.jsonl",
    "sayno/logs/webhooks/20260101/a.json",
    ".unfiled/20260101/a.json",
    ".collagen",
)


def get(nginx: Nginx, path: str, **more: Any) -> requests.Response:
    return requests.get(nginx.url + path, verify=str(nginx.ca), timeout=300, **more)


def written(nginx: Nginx) -> str:
    """Everything nginx has logged, once it stops growing: it writes a line after the answer is sent."""
    seen: list[str] = []

    def ended() -> bool:
        seen.append("".join(path.read_text() for path in nginx.logs.iterdir()))
        return seen[-1:] == seen[-2:-1]

    wait_for(ended, "nginx wrote nothing more", every=0.1)
    return seen[-1]


def test_the_site_is_right_in_nginxs_own_eyes(alone: Nginx) -> None:
    command = [str(program()), "-t", "-p", str(alone.directory), "-c", str(alone.configuration)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert said.returncode == 0
    assert "[warn]" not in said.stderr


@pytest.mark.parametrize(
    ("version", "listen", "directive"),
    [
        ("1.18.0 (Ubuntu)", "443 ssl http2", False),
        ("1.22.1", "443 ssl http2", False),
        ("1.25.1", "443 ssl", True),
        ("1.26.3", "443 ssl", True),
    ],
)
def test_http2_is_asked_for_in_the_words_of_the_nginx_that_is_there(
    tmp_path: Path, version: str, listen: str, directive: bool
) -> None:
    (tmp_path / "nginx").write_text(f"#!/bin/sh\necho 'nginx version: nginx/{version}' >&2\n")
    (tmp_path / "nginx").chmod(0o755)
    site = installed_site(f"{tmp_path}:/usr/bin:/bin")
    assert f"    listen {listen};\n" in site
    assert site.count("    http2 on;\n") == directive
    assert ("ssl http2" in site) is not directive


@pytest.mark.parametrize("host", ["evil.example", "collagen.example.org.evil.example"])
@pytest.mark.parametrize("tls", [True, False])
def test_requests_for_another_host_are_not_answered(echo: Nginx, host: str, tls: bool) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(echo.url if tls else echo.http, headers={"Host": host}, verify=str(echo.ca), timeout=300)


def test_too_many_requests_are_refused_but_mails_and_notifications_are_not_limited(tmp_path: Path) -> None:
    less = {"rate=50r/s": "rate=1r/m", "burst=1000": "burst=3"}
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        with Nginx(upstream.server_port, tmp_path / "store", tmp_path / "nginx", less) as nginx:
            for path in ("/track/x/collage.jpg", "/webhook/cloudinary"):
                assert [get(nginx, path).status_code for _ in range(6)] == [200] * 6
            answers = [get(nginx, "/campaigns/x/photos") for _ in range(6)]
        upstream.shutdown()
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "10"
    assert set(security_headers.HEADERS) <= set(answers[-1].headers)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", None),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8:1:2::6", "2001:db8:1:2"),
        ("2001:db8::6", "2001:db8"),
        ("::1", None),
    ],
)
def test_an_ipv6_household_is_one_client(address: str, client: str | None) -> None:
    block = re.search(r"map \$remote_addr \$collagen_client \{(.*?)\n\}", SITE.read_text(), re.S)
    assert block is not None
    patterns = re.findall(r'"~(\S+)"\s+\$collagen_net;', block[1])
    found = (re.search(pattern.replace("?<", "?P<"), address) for pattern in patterns)
    assert next((match["collagen_net"] for match in found if match), None) == client


def test_the_service_hears_who_asks_and_by_which_id_whatever_the_client_says_of_itself(echo: Nginx) -> None:
    lies = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "gopher",
        "X-Request-ID": "mine",
        "X-Sendfile-Type": "X-Sendfile",
        "X-Accel-Mapping": "/etc/=/static/",
        "Connection": "keep-alive",
    }
    heard = get(echo, "/health", headers=lies).json()
    assert heard["X-Forwarded-For"] == "127.0.0.1"
    assert heard["X-Forwarded-Proto"] == "https"
    assert re.fullmatch(r"[0-9a-f]{32}", heard["X-Request-ID"])
    # it writes a line once the answer is sent
    wait_for(lambda: f'"id":"{heard["X-Request-ID"]}"' in written(echo), "nginx had written a line")
    assert heard["X-Sendfile-Type"] == "X-Accel-Redirect"
    assert heard["X-Accel-Mapping"] == f"{echo.directory.parent}/store/=/_store/"
    assert heard["Connection"] == "close"


def test_nginx_sends_files_of_finished_collages_and_nothing_else_of_the_store(echo: Nginx) -> None:
    whole = "/_store/sayno/collages/0001"
    assert get(echo, "/", headers={"X-Ask-For": f"{whole}/collage.png"}).text == SECRET
    for asked, policy in (("cross-origin", "cross-origin"), ("anything", "same-origin"), ("", "same-origin")):
        answer = get(echo, "/", headers={"X-Ask-For": f"{whole}/collage.png", "X-Ask-Policy": asked})
        assert answer.headers["Cross-Origin-Resource-Policy"] == policy
    refused = [
        *(f"/_store/{name}" for name in STORED[1:]),
        f"{whole}/../../approved/a.jpg",
        f"{whole}/%2e%2e/%2e%2e/approved/a.jpg",
        "/_store/../store/sayno/approved/a.jpg",
        "/_store//sayno/approved/a.jpg",
    ]
    for wanted in refused:
        answer = get(echo, "/", headers={"X-Ask-For": wanted})
        assert (answer.status_code, SECRET in answer.text) == (404, False), wanted
    for name in STORED:  # and nobody gets there without being sent
        answer = get(echo, f"/_store/{name}")
        assert (answer.status_code, SECRET in answer.text) == (404, False), name


def test_a_body_that_is_too_large_is_refused_before_the_service_hears_of_it(echo: Nginx) -> None:
    large = b"x" * (limits.REQUEST_BYTES + 1)
    answer = requests.post(f"{echo.url}/webhook/cloudinary", data=large, verify=str(echo.ca), timeout=300)
    assert (answer.status_code, answer.json()["error"]) == (413, "The request is larger than 1 MiB.")


def test_the_form_for_photos_alone_may_be_large_and_people_get_a_page_if_it_is_too_large(echo: Nginx) -> None:
    def sent(path: str, size: int) -> requests.Response:
        return requests.post(f"{echo.url}{path}", data=bytes(size), verify=str(echo.ca), timeout=300)

    assert sent("/c/sayno/join", limits.ARRIVAL_BYTES).status_code == 200
    assert sent("/c/sayno/join/signature", limits.ARRIVAL_BYTES).status_code == 413
    answer = sent("/c/sayno/join", 50_000_000)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "text/html")
    assert "at most 30 MB" in answer.text


@pytest.mark.parametrize("path", ["/webhook/cloudinary", "/health", "/admin/campaigns/sayno/collages/0001"])
def test_programs_are_told_in_json_that_the_service_is_away(alone: Nginx, path: str) -> None:
    answer = get(alone, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "application/json")
    assert answer.json()["error"].endswith(".")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/admin/", "/campaigns/sayno/photos", f"/track/{SECRET}/collage.jpg"])
def test_people_get_a_page_while_the_service_is_away(alone: Nginx, path: str) -> None:
    answer = get(alone, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert "try again" in answer.text
    assert (int(answer.headers["Retry-After"]) > 0, answer.headers["Cache-Control"]) == (True, "no-store")


def test_static_files_come_from_nginx_small_and_with_the_headers_of_all_answers(alone: Nginx) -> None:
    for name in ("page.css", "dashboard/dashboard.js", "icon.svg"):
        answer = get(alone, f"/static/{name}")
        assert answer.content == (ROOT / "app/web/static" / name).read_bytes()
        for header, value in security_headers.HEADERS.items():
            assert answer.headers[header] == ("no-cache" if header == "Cache-Control" else value)
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Content-Encoding"] == "gzip"
        again = get(alone, f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert get(alone, "/static/../admin.py").status_code == 502  # that is no longer below /static/
    assert get(alone, "/static/%2e%2e/admin.py").status_code == 502


LONG = "x" * 9_000  # more than nginx reads of a line, and in one piece: it hangs up once it has answered
REFUSED = {
    "GARBAGE\r\n\r\n": 400,
    "GET / HTTP/1.1\r\n\r\n": 400,  # no host
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n": 400,
    f"GET /{LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n": 414,
    f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {LONG}\r\n\r\n": 400,
    "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n": 505,
    "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n": 405,
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n": 400,
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n": 501,
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n": 400,
    "GET /static/nothing.css HTTP/1.1\r\nHost: localhost\r\n\r\n": 404,
    "GET /static/ HTTP/1.1\r\nHost: localhost\r\n\r\n": 403,
    "POST /static/page.css HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n": 405,
    "GET /_store/sayno/approved/a.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n": 404,
    "GET /_error HTTP/1.1\r\nHost: localhost\r\n\r\n": 404,
    f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2**21}\r\n\r\n": 413,
}


@pytest.mark.parametrize(("raw", "status"), REFUSED.items(), ids=[f"{raw[:40]!r}" for raw in REFUSED])
@pytest.mark.parametrize("name", ["localhost", "another.example"])
def test_what_nginx_refuses_itself_has_the_headers_of_all_answers(
    alone: Nginx, raw: str, status: int, name: str
) -> None:
    """Under our name and, where it answers before the host is known, under another."""
    if name != "localhost" and "Host: localhost" in raw and status not in (414, 505):
        return
    said = send(alone.url, raw, tls=name)
    assert said.startswith(f"HTTP/1.1 {status} "), said[:200]
    has_the_headers_once(said)


def test_what_comes_without_tls_or_to_the_wrong_port_has_them_too(alone: Nginx) -> None:
    for address, raw, status in (
        (alone.url, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (alone.http, "GARBAGE\r\n\r\n", 400),
        (alone.http, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 301),
        (alone.http, "GET /.well-known/acme-challenge/none HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    ):
        said = send(address, raw)
        assert said.startswith(f"HTTP/1.1 {status} "), said[:200]
        has_the_headers_once(said)


def has_the_headers_once(said: str) -> None:
    lines = said.partition("\r\n\r\n")[0].split("\r\n")[1:]
    for header, value in security_headers.HEADERS.items():
        if header != "Cache-Control":
            assert [line for line in lines if line.startswith(f"{header}:")] == [f"{header}: {value}"]
    assert "Server: nginx" in lines, "not its version"


def test_answers_of_the_service_have_their_own_headers_alone(echo: Nginx) -> None:
    answer = get(echo, "/")
    assert set(answer.headers) & set(security_headers.HEADERS) == set()
    assert answer.headers["Strict-Transport-Security"]


def test_nothing_that_nginx_writes_says_who_asked_for_what(alone: Nginx, echo: Nginx) -> None:
    """Also on errors: then nginx logs the whole request line, unless it is kept from it."""
    agent = {"User-Agent": "Browser of Ann", "Referer": "https://mail.example/Ann"}
    paths = [
        f"/track/{SECRET}/collage.jpg",
        f"/track/{SECRET}/wall?r={SECRET}",
        f"/track/{SECRET}/tiles/1/0_0.jpg",
        f"/%74rack/{SECRET}/collage.jpg",
        f"//track/{SECRET}/collage.jpg",
        f"/unsubscribe/{SECRET}",
        f"/static/{SECRET}",
        f"/admin/?{SECRET}",
        f"/campaigns/sayno/photos/{SECRET}/thumb.jpg",
        f"/c/{SECRET}/collage.jpg?width={SECRET}",
        f"/oembed?url={SECRET}",
        f"/{SECRET}",
    ]
    for nginx in (alone, echo):
        for path in paths:
            get(nginx, path, headers=agent)
            requests.get(nginx.http + path, headers=agent, timeout=300, allow_redirects=False)
        get(nginx, "/", headers={"X-Ask-For": f"/_store/{SECRET}"} | agent)
        get(nginx, "/", headers={"X-Ask-For": f"/_store/sayno/collages/0009/{SECRET.lower()}.jpg"} | agent)
        large = b"x" * (limits.REQUEST_BYTES + 1)
        requests.post(f"{nginx.url}/unsubscribe/{SECRET}", data=large, verify=str(nginx.ca), timeout=300)
        for raw in (f"GET /track/{SECRET}/collage.jpg HTTP/1.1\r\nHost: a b\r\n\r\n", f"{SECRET}\r\n\r\n"):
            assert send(nginx.http, raw).startswith("HTTP/1.1 400")
        log = written(nginx)
        assert '"route":"/track/<token>/collage.jpg","status":' in log
        for secret in (SECRET, SECRET.lower(), "127.0.0.1", "Ann", "mail.example"):
            assert secret not in log
        for line in (nginx.logs / "collagen-access.log").read_text().splitlines():
            json.loads(line)


def send(address: str, raw: str, tls: str | None = None) -> str:
    """The answer to these bytes, over TLS if a host name is given for it."""
    parts = urlsplit(address)
    with ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection((parts.hostname, parts.port), 30))
        if tls is not None:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname=tls))
        connection.sendall(raw.encode())
        return connection.recv(4096).decode("latin-1")


def test_clients_get_http_2_if_they_support_it_and_nothing_older_than_tls_1_2(alone: Nginx) -> None:
    context = ssl.create_default_context(cafile=str(alone.ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    parts = urlsplit(alone.url)
    with (
        socket.create_connection((parts.hostname, parts.port), 30) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"
        assert secured.version() == "TLSv1.3"
    assert (
        re.findall(r"ssl_protocols (.*);", SITE.read_text()) == ["TLSv1.2 TLSv1.3"] * 2
    )  # also of the server that answers nobody


def test_plain_http_is_redirected_to_https_and_certbot_finds_its_proof(alone: Nginx) -> None:
    answer = requests.get(f"{alone.http}/admin/?a=b", allow_redirects=False, timeout=300)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://collagen.example.org/admin/?a=b")
    proof = alone.directory / "acme/.well-known/acme-challenge/proof"
    proof.parent.mkdir(parents=True)
    proof.write_text("proved")
    assert requests.get(f"{alone.http}/.well-known/acme-challenge/proof", timeout=300).text == "proved"


def test_nginx_waits_longer_than_the_service_lets_anyone_wait() -> None:
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", SITE.read_text())
    assert LONGEST_WAIT < int(seconds) < LONGEST_WAIT + 60


RULES = """
[sayno]
title = "Say No"
public = true
download = true
embed = ["https://www.example.org"]
"""


@dataclass
class Served:
    """nginx in front of the service, with one collage of `sayno`."""

    nginx: Nginx
    service: Service
    store: Store
    collage: str


@pytest.fixture(scope="module")
def served(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("served")
    (directory / "campaigns.toml").write_text(RULES)
    store = Store(directory / "store")
    store.root.initialise()
    fill(store, "sayno", 2)
    with Service(environment(running_standin, store.root.path), workers=1) as service:
        collage = service.build("sayno", width=300, height=300, format=["webp", "avif"]).json()["id"]
        with Nginx(urlsplit(service.url).port or 0, store.root.path, directory / "nginx") as nginx:
            yield Served(nginx, service, store, collage)


def test_a_collage_is_fetched_whole_in_part_and_not_again_when_it_is_known(served: Served) -> None:
    nginx, name = served.nginx, served.collage
    path, file = f"/admin/campaigns/sayno/collages/{name}", served.store.collages.file("sayno", name, "collage.png")
    login, data = {"auth": ("admin", PASSWORD)}, file.read_bytes()
    assert get(nginx, f"{path}/collage.png").status_code == 401
    answer = get(nginx, f"{path}/collage.png", **login)
    assert (answer.content, answer.headers["Content-Type"]) == (data, "image/png")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"] == f"inline; filename=sayno-{name}-collage.png"
    for header, value in security_headers.HEADERS.items():
        assert answer.headers[header] == value or header == "Cache-Control"
    assert not [header for header in answer.headers if header.startswith("X-Accel")]
    for kind in ("webp", "avif"):
        answer = get(nginx, f"{path}/collage-1024.{kind}", **login)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"image/{kind}")
    answer = get(nginx, f"{path}/collage.png", **login)
    part = get(nginx, f"{path}/collage.png", headers={"Range": "bytes=10-19"}, **login)
    assert (part.status_code, part.content) == (206, data[10:20])
    known = {"If-None-Match": answer.headers["ETag"]}
    assert get(nginx, f"{path}/collage.png", headers=known, **login).status_code == 304
    for missing in ("collage-9.jpg", "..%2f..%2fapproved%2fp0.jpg", "../../../approved/p0.jpg"):
        assert get(nginx, f"{path}/{missing}", **login).status_code == 404
    lied = get(nginx, f"{path}/manifest.json", headers={"X-Accel-Mapping": "/=/static/"}, **login)
    assert lied.json()["id"] == name


PUBLIC = (
    "",
    "/collage.jpg",
    "/collage.jpg?width=90",
    "/collage.webp",
    "/collage.png",
    ".json",
    "/embed",
    "/screen",
    "/style.css",
    "/qr.svg",
    "/nothing",
)
# they say how nginx sends an answer, not what it is
CARRIED = {"Server", "Date", "Connection", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Vary", "ETag"}
FILES = {"Accept-Ranges", "Last-Modified"}  # of a file that nginx sends itself
NGINXS = {"Strict-Transport-Security", "X-Request-ID"}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_campaigns_public_face_passes_unchanged_and_is_not_sent_again_when_it_is_known(
    served: Served, name: str
) -> None:
    """Who may frame, show and read it, and for how long it may be kept, is in its headers."""
    as_nginx = {"Host": HOST, "X-Forwarded-Proto": "https"}
    straight = requests.get(f"{served.service.url}/c/sayno{name}", headers=as_nginx, timeout=300)
    answer = get(served.nginx, f"/c/sayno{name}", headers={"Host": HOST})
    assert (answer.status_code, answer.content) == (straight.status_code, straight.content)
    by_nginx = CARRIED | NGINXS | FILES
    assert {key: value for key, value in answer.headers.items() if key not in by_nginx} == {
        key: value for key, value in straight.headers.items() if key not in by_nginx
    }
    if name == "/embed":
        assert "frame-ancestors https://www.example.org" in answer.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer.headers
    if tag := answer.headers.get("ETag"):
        again = get(served.nginx, f"/c/sayno{name}", headers={"Host": HOST, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]


def test_an_event_comes_through_at_once(served: Served) -> None:
    """The second could not come if nginx kept the first until the stream ends: only then is the photo added."""
    url, login = f"{served.nginx.url}/admin/changes", ("admin", PASSWORD)
    with requests.get(url, auth=login, stream=True, verify=str(served.nginx.ca), timeout=300) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        events = (line for line in answer.iter_lines(chunk_size=1) if line.startswith(b"data: "))
        first = next(events)
        served.store.photos.put("sayno", "late", b"archive", b"intermediate", 1_700_000_100)
        try:
            assert next(events) != first
        finally:
            served.store.photos.remove("sayno", "late")


def test_prints_go_through_with_their_types(served: Served) -> None:
    for kind, ending, sort in (("tiff", "tif", "image/tiff"), ("pdf", "pdf", "application/pdf")):
        name = served.service.build("sayno", print="30x20mm", format=kind).json()["id"]
        path = f"/admin/campaigns/sayno/collages/{name}/collage.{ending}"
        answer = get(served.nginx, path, auth=("admin", PASSWORD))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, sort)
