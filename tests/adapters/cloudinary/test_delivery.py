"""The URL of a picture as JPEG, the allowed hosts, and downloads that are whole or fail."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary import delivery
from app.adapters.cloudinary.connection import TRANSLATED, check_peer
from app.core import limits
from app.core.errors import CloudinaryUnavailable, PictureError
from scripts.sandbox.service import ROOT
from scripts.sandbox.standin.client import Standin
from tests.support.answers import PHOTO, Answers

CDN = "https://res.cloudinary.com/demo/image"

# URLs


@pytest.mark.parametrize(
    ("url", "as_jpeg"),
    [
        (f"{CDN}/upload/v12/a.jpg", f"{CDN}/upload/f_jpg/v12/a.jpg"),
        (f"{CDN}/upload/v12/a.heic", f"{CDN}/upload/f_jpg/v12/a.heic"),
        (f"{CDN}/upload/v12/a", f"{CDN}/upload/f_jpg/v12/a"),
        (f"{CDN}/upload/v12/my%20photo%20%28%C3%A9%29.png", f"{CDN}/upload/f_jpg/v12/my%20photo%20%28%C3%A9%29.png"),
        (f"{CDN}/upload/v12/folder/deeper/a.jpg", f"{CDN}/upload/f_jpg/v12/folder/deeper/a.jpg"),
        (f"{CDN}/upload/v12/v2/a.jpg", f"{CDN}/upload/f_jpg/v12/v2/a.jpg"),
        (f"{CDN}/upload/v12/v2/v3", f"{CDN}/upload/f_jpg/v12/v2/v3"),
        (f"{CDN}/upload/v12/image/upload/v3/a.jpg", f"{CDN}/upload/f_jpg/v12/image/upload/v3/a.jpg"),
        (f"{CDN}/upload/c_fill,w_300/v12/a.jpg", f"{CDN}/upload/c_fill,w_300/f_jpg/v12/a.jpg"),
        (f"{CDN}/upload/w_1.5/e_sepia/v12/a.jpg", f"{CDN}/upload/w_1.5/e_sepia/f_jpg/v12/a.jpg"),
        (f"{CDN}/upload/t_v1_named/v12/a.jpg", f"{CDN}/upload/t_v1_named/f_jpg/v12/a.jpg"),
        (f"{CDN}/private/v12/a.jpg", f"{CDN}/private/f_jpg/v12/a.jpg"),
        (
            "https://demo-res.cloudinary.com/image/upload/v12/a.jpg",
            "https://demo-res.cloudinary.com/image/upload/f_jpg/v12/a.jpg",
        ),
        ("https://img.example.org/image/upload/v12/a.jpg", "https://img.example.org/image/upload/f_jpg/v12/a.jpg"),
        ("http://127.0.0.1:9400/demo/image/upload/v1/a.png", "http://127.0.0.1:9400/demo/image/upload/f_jpg/v1/a.png"),
    ],
)
def test_the_conversion_stands_before_the_version_and_after_what_is_there(url: str, as_jpeg: str) -> None:
    assert delivery.as_jpeg(url) == as_jpeg
    assert delivery.needs_signature(url) == ("/private/" in url)


SEGMENT = st.text("abcxyz019._-", min_size=1, max_size=8)
TRANSFORMATION = st.sampled_from(["c_fill,w_300", "e_sepia", "t_name", "q_auto:good", "a_exif"])


@given(st.lists(TRANSFORMATION, max_size=3), st.integers(0, 10**10), st.lists(SEGMENT, min_size=1, max_size=4))
def test_nothing_but_the_conversion_is_put_in(transformations: list[str], version: int, name: list[str]) -> None:
    before = "/".join([CDN, "upload", *transformations])
    after = "/".join([f"v{version}", *name])
    assert delivery.as_jpeg(f"{before}/{after}") == f"{before}/f_jpg/{after}"
    assert delivery.parts(f"{before}/{after}") == ("https://res.cloudinary.com/demo", "upload", version)


@pytest.mark.parametrize("kind", ["upload", "private", "authenticated"])
def test_a_signed_address_is_known_and_taken_apart(kind: str) -> None:
    url = f"{CDN}/{kind}/s--Ab-_12xy--/v12/folder/a.jpg"
    assert delivery.needs_signature(url)
    assert delivery.parts(url) == ("https://res.cloudinary.com/demo", kind, 12)


NO_ADDRESSES = [
    "",
    "a.jpg",
    f"{CDN}/upload/a.jpg",
    f"{CDN}/upload/c_fill/a.jpg",
    f"{CDN}/upload/v12/",
    f"{CDN}/upload/v/a.jpg",
]
NO_ADDRESSES += [f"{CDN}/upload/vx1/a.jpg", "https://res.cloudinary.com/demo/video/upload/v1/a.mp4", f"{CDN}/v1/a.jpg"]
NO_ADDRESSES += [
    "ftp://res.cloudinary.com/demo/image/upload/v1/a.jpg",
    "file:///image/upload/v1/a.jpg",
    f"{CDN}/upload/?/v1/a",
]
NO_ADDRESSES += [f" {CDN}/upload/v12/a.jpg", "//res.cloudinary.com/image/upload/v1/a.jpg"]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_address_without_a_version_is_refused(url: str) -> None:
    for act in (delivery.as_jpeg, delivery.needs_signature, delivery.parts):
        with pytest.raises(CloudinaryUnavailable, match="is not the URL of a version of an image"):
            act(url)


# Hosts

ALLOWED = {"res.cloudinary.com", "pictures.example.org:8443", "127.0.0.1:9400", "localhost", "[::1]:9400", "[::1]"}


@pytest.mark.parametrize(
    "url",
    [
        "https://res.cloudinary.com/x",
        "https://RES.Cloudinary.COM/x",
        "https://pictures.example.org:8443/x",
        "https://127.0.0.1:9400/x",
        "http://127.0.0.1:9400/x",
        "http://localhost/x",
        "http://[::1]:9400/x",
        "http://[::1]/x",
    ],
)
def test_hosts_that_are_named_are_allowed(url: str) -> None:
    delivery.check_host(url, ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "http://res.cloudinary.com/x",  # not encrypted
        "http://pictures.example.org:8443/x",
        "ftp://res.cloudinary.com/x",
        "file:///etc/passwd",
        "//res.cloudinary.com/x",
        "res.cloudinary.com/x",
        "",
        "https://evil.example/x",
        "https://res.cloudinary.com:443/x",  # exactly the named ones, with their ports
        "https://res.cloudinary.com:8080/x",
        "https://pictures.example.org/x",
        "http://127.0.0.1/x",
        "http://127.0.0.1:9401/x",
        "http://127.0.0.2:9400/x",
        "http://localhost:22/x",
        "http://[::1]:9401/x",
        "http://[::2]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://res.cloudinary.com@evil.example/x",
        "https://res.cloudinary.com@evil.example/x",
        "https://user:password@res.cloudinary.com/x",
        "https://@res.cloudinary.com/x",
        "https://evil.example\\@res.cloudinary.com/x",
        "https://res.cloudinary.com\\.evil.example/x",
        "https://evil.example#@res.cloudinary.com/x",
        "https://evil.example?res.cloudinary.com/x",
        "https://res.cloudinary.com.evil.example/x",
        "https://res.cloudinary.com./x",
        "https://evil-res.cloudinary.com/x",
        "https://res.cloudinary.com%2eevil.example/x",
        "https://res。cloudinary。com/x",
        "https://[res.cloudinary.com/x",
        "https://[::1/x",
        "https://res.cloudinary.com]/x",
        "https://res.cloudinary.com℀/x",
    ],
)
def test_other_hosts_are_refused(url: str) -> None:
    with pytest.raises(CloudinaryUnavailable) as caught:
        delivery.check_host(url, ALLOWED)
    assert "\n" not in str(caught.value)


def test_nothing_is_allowed_where_nothing_is_named() -> None:
    with pytest.raises(CloudinaryUnavailable, match="COLLAGEN_DELIVERY_HOSTS does not name it"):
        delivery.check_host("https://res.cloudinary.com/x", set())


@given(st.text(max_size=20))
def test_no_text_around_an_allowed_host_gets_through(text: str) -> None:
    for url in (f"https://{text}@res.cloudinary.com/x", f"http://{text}res.cloudinary.com/x", f"{text}://localhost/x"):
        if url.lower() not in ("http://localhost/x", "https://localhost/x"):
            with pytest.raises(CloudinaryUnavailable):
                delivery.check_host(url, ALLOWED)


# Downloads


class Loopback(frozenset[str]):
    """Every host on this machine, because a server's port is not known before it starts."""

    def __contains__(self, host: object) -> bool:
        return str(host).startswith("127.0.0.1:") and host != "127.0.0.1:1"


LOCAL = Loopback()


@pytest.fixture
def address(standin: Standin) -> str:
    return str(standin.upload(PHOTO, "a", moderation="approved", notify=False)["secure_url"])


def test_a_picture_comes_as_it_is(session: requests.Session, address: str) -> None:
    assert delivery.fetch(session, address, LOCAL) == PHOTO


@pytest.mark.parametrize(
    ("kind", "details", "words", "retry_after"),
    [
        ("html", {}, "answered text/html, not a picture", 60),
        ("empty", {}, "answered nothing", 60),
        ("cut", {}, "could not be fetched", 60),
        ("cut", {"fraction": 0.0}, "could not be fetched", 60),
        ("processing", {}, "is still being processed", 30),
        ("status", {"status": 500}, "answered 500 Internal Server Error", 60),
        ("status", {"status": 503, "message": "Down"}, "answered 503 Down", 60),
        ("status", {"status": 502}, "answered 502", 60),
        ("status", {"status": 404}, "answered 404", 60),
        ("status", {"status": 401}, "answered 401", 60),
        ("status", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "may not be fetched from", 60),
        ("status", {"status": 302}, "answered 302", 60),
        ("rate_limit", {}, "answered 420", 60),
    ],
)
def test_every_failure_can_be_retried(
    session: requests.Session,
    standin: Standin,
    address: str,
    kind: str,
    details: dict[str, object],
    words: str,
    retry_after: int,
) -> None:
    standin.faults("delivery", kind, times=None, **details)
    with pytest.raises(CloudinaryUnavailable, match=words) as caught:
        delivery.fetch(session, address, LOCAL)
    assert caught.value.retry_after == retry_after
    standin.clear_faults()
    assert delivery.fetch(session, address, LOCAL) == PHOTO


def test_what_cloudinary_cannot_convert_is_no_picture(
    session: requests.Session, standin: Standin, address: str
) -> None:
    standin.faults("delivery", "status", status=400, message="Invalid image file")
    with pytest.raises(PictureError, match="Cloudinary cannot make a JPEG of it: Invalid image file"):
        delivery.fetch(session, address, LOCAL)


def test_a_missing_asset_may_be_tried_again(session: requests.Session, standin: Standin) -> None:
    with pytest.raises(CloudinaryUnavailable, match="answered 404 Resource not found - gone"):
        delivery.fetch(session, f"{standin.url}/demo/image/upload/v1/gone.jpg", LOCAL)


def test_a_picture_of_over_30_mb_is_refused_and_one_of_30_mb_is_taken(
    session: requests.Session, answers: Answers
) -> None:
    answers.body = bytes(limits.PICTURE_BYTES)
    assert len(delivery.fetch(session, f"{answers.url}/image/upload/v1/a.jpg", LOCAL)) == 30_000_000
    answers.body += b"\0"
    with pytest.raises(PictureError, match="over 30 MB"):
        delivery.fetch(session, f"{answers.url}/image/upload/v1/a.jpg", LOCAL)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_an_answer_without_an_image_type_is_not_a_picture(
    session: requests.Session, answers: Answers, headers: dict[str, str]
) -> None:
    answers.body, answers.headers = PHOTO, headers
    with pytest.raises(CloudinaryUnavailable, match="not a picture"):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL)


def test_a_picture_that_says_it_is_too_large_is_not_read(session: requests.Session, answers: Answers) -> None:
    answers.headers |= {"Content-Length": str(limits.PICTURE_BYTES + 1)}
    answers.body, answers.pause = PHOTO, 0.05
    with pytest.raises(PictureError, match="over 30 MB"):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL)
    assert answers.sent < len(PHOTO), "it hangs up before the body is there"
    answers.headers["Content-Length"] = "9" * 5000
    with pytest.raises(PictureError, match="over 30 MB"):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL)


@pytest.mark.parametrize("packed", ["gzip", "deflate", "br", "gzip, gzip", "identity, gzip"])
def test_nothing_is_unpacked(session: requests.Session, answers: Answers, packed: str) -> None:
    answers.headers |= {"Content-Encoding": packed}
    answers.body = gzip.compress(gzip.compress(bytes(10**7)))
    with pytest.raises(CloudinaryUnavailable, match=r"answered .*, which was not requested"):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL)
    assert answers.heard[0]["Accept-Encoding"] == "identity"


# Redirects


def test_a_few_redirects_are_followed(session: requests.Session, standin: Standin, answers: Answers) -> None:
    address = str(standin.upload(PHOTO, "a", moderation="approved", notify=False)["secure_url"])
    answers.status, answers.headers = 302, {"Location": address}
    assert delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL) == PHOTO
    answers.headers = {"Location": "/{n}"}
    with pytest.raises(CloudinaryUnavailable, match="takes over 3 redirects"):
        delivery.fetch(session, f"{answers.url}/b.jpg", LOCAL)
    assert answers.asked == ["/a.jpg", "/b.jpg", "/2", "/3", "/4"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/a.jpg",
        "https://evil.example/a.jpg",
        "//evil.example/a.jpg",
        "http://user:password@127.0.0.1/a.jpg",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.jpg",
        "data:image/jpeg;base64,aGk=",
        "https://[::1",
    ],
)
def test_a_redirect_to_another_host_is_not_followed(
    session: requests.Session, answers: Answers, status: int, target: str
) -> None:
    answers.status, answers.headers = status, {"Location": target, "Content-Type": "image/jpeg"}
    with pytest.raises(CloudinaryUnavailable, match=r"may not be fetched from|is not a URL|could not be fetched"):
        delivery.fetch(session, f"{answers.url}/a.jpg", {answers.host})
    assert answers.asked == ["/a.jpg"]


# Connections


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_there_for_those_who_name_it(peer: str) -> None:
    for host in ("127.0.0.1", "localhost", "::1", "[::1]"):
        check_peer(host, peer)
    with pytest.raises(CloudinaryUnavailable, match="is not public"):
        check_peer("res.cloudinary.com", peer)


@pytest.mark.parametrize(
    "peer",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "64:ff9b:1::a00:1", "::10.0.0.1"),
        *("::ffff:0:10.0.0.1", "::ffff:0:104.16.0.1", "::104.16.0.1", "2001:0:a00:1::", "fec0::1"),
    ],
)
def test_no_name_stands_for_an_address_that_is_not_public(peer: str) -> None:
    for host in ("res.cloudinary.com", "localhost"):
        with pytest.raises(CloudinaryUnavailable, match="is not public"):
            check_peer(host, peer)


@pytest.mark.parametrize("peer", ["104.16.0.1", "2606:4700::1", "::ffff:104.16.0.1", "64:ff9b::6810:1"])
def test_public_addresses_are_good(peer: str) -> None:
    check_peer("res.cloudinary.com", peer)
    with pytest.raises(CloudinaryUnavailable, match="is not public"):
        check_peer("localhost", peer)


V4 = st.integers(0, 2**32 - 1) | st.sampled_from([0x7F000001, 0x0A000001, 0xA9FEA9FE, 0x68100001])


def is_good(host: str, peer: str) -> bool:
    try:
        check_peer(host, peer)
    except CloudinaryUnavailable:
        return False
    return True


@given(V4, st.sampled_from(["::ffff:0:0", "64:ff9b::"]))
def test_an_ipv4_address_within_an_ipv6_one_counts_as_that_address(address: int, prefix: str) -> None:
    within = str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + address))
    for host in ("res.cloudinary.com", "localhost"):
        assert is_good(host, within) == is_good(host, str(ipaddress.IPv4Address(address)))


@given(V4, st.integers(0, 2**80 - 1))
def test_no_other_form_of_an_ipv4_address_is_public(address: int, rest: int) -> None:
    obscured = address ^ 0xFFFFFFFF  # the client's, as Teredo writes it
    for prefix, length, last in (
        ("::", 96, address),  # IPv4-compatible
        ("::ffff:0:0:0", 96, address),  # IPv4-translated
        ("64:ff9b:1::", 48, rest),  # a private NAT64, wherever the address is in it
        ("64:ff9b:1::", 96, address),
        ("2001::", 32, (address << 64) + rest % 2**64),  # Teredo, by its server
        ("2001::", 32, (rest % 2**32 << 64) + obscured),  # and by its client
    ):
        network = ipaddress.IPv6Network(f"{prefix}/{length}")
        assert not is_good("res.cloudinary.com", str(network[last]))


@given(
    st.integers(0, 2**128 - 1), st.sampled_from(["fec0::/10", "fe80::/10", "fc00::/7", "ff00::/8", "::/8", "5f00::/16"])
)
def test_nothing_is_public_outside_the_internet(number: int, network: str) -> None:
    address = ipaddress.IPv6Network(network)[number % ipaddress.IPv6Network(network).num_addresses]
    assert not is_good("res.cloudinary.com", str(address)) or address.ipv4_mapped or address in TRANSLATED


def test_a_name_that_turns_out_to_be_this_machine_is_not_asked_anything(
    session: requests.Session, answers: Answers
) -> None:
    # 127.0.0.1 in another guise, as a lying DNS could return it
    url = f"https://127.1:{answers.host.partition(':')[2]}/a.jpg"
    with pytest.raises(CloudinaryUnavailable, match=r"from 127\.1: its address 127\.0\.0\.1 is not public"):
        delivery.fetch(session, url, {urlsplit(url).netloc})
    assert answers.asked == []


def test_nothing_comes_from_the_environment(answers: Answers, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    netrc.chmod(0o600)
    environ = {"NETRC": str(netrc), "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
    code = "import sys; from app.adapters.cloudinary import connection, delivery\n"
    code += "with connection.new_session() as session:"
    code += " sys.stdout.buffer.write(delivery.fetch(session, sys.argv[1], {sys.argv[2]}))"
    answers.body = PHOTO
    answers.headers |= {"Set-Cookie": "a=b"}
    command = [sys.executable, "-c", code, f"{answers.url}/a.jpg", answers.host]
    done = subprocess.run(command, env=os.environ | environ, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == PHOTO
    assert not {"Authorization", "Cookie"} & set(answers.heard[0])


def test_cookies_are_not_kept(session: requests.Session, answers: Answers) -> None:
    answers.body = PHOTO
    answers.headers |= {"Set-Cookie": "a=b"}
    for _ in range(2):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL)
    assert "Cookie" not in answers.heard[1]


def test_a_body_that_drips_ends_at_the_limit_of_the_whole(session: requests.Session, answers: Answers) -> None:
    answers.body, answers.pause = PHOTO, 0.05
    with pytest.raises(CloudinaryUnavailable, match=r"took over 0\.7 seconds"):
        delivery.fetch(session, f"{answers.url}/a.jpg", LOCAL, seconds=0.7)
    assert answers.sent < len(PHOTO), "it hangs up before the body is there"


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n"])
def test_headers_that_drip_end_at_the_limit_of_the_whole(session: requests.Session, beginning: bytes) -> None:
    def drip() -> None:
        line, _ = listening.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(beginning)
            while True:
                time.sleep(0.05)
                line.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/a.jpg"
        with pytest.raises(CloudinaryUnavailable, match=r"took over 0\.7 seconds"):
            delivery.fetch(session, url, LOCAL, seconds=0.7)
        thread.join()  # which ends once we have hung up


def test_a_line_that_is_kept_alive_has_a_limit_too(session: requests.Session, standin: Standin, address: str) -> None:
    assert delivery.fetch(session, address, LOCAL) == PHOTO
    standin.faults("delivery", "delay", seconds=2, times=1)
    with pytest.raises(CloudinaryUnavailable, match=r"took over 0\.5 seconds"):
        delivery.fetch(session, address, LOCAL, seconds=0.5)
    assert delivery.fetch(session, address, LOCAL, seconds=5) == PHOTO


def test_a_host_that_does_not_answer_may_be_tried_again(session: requests.Session) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nothing listens there
        with pytest.raises(CloudinaryUnavailable, match="could not be fetched: ConnectionError"):
            delivery.fetch(session, f"http://127.0.0.1:{taken.getsockname()[1]}/a.jpg?token=hidden", LOCAL)
