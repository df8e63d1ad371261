"""The address of a picture as JPEG, the hosts it may come from, and a download that is whole or an error."""

from __future__ import annotations

import socket

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from app import limits
from app.assets import delivery
from app.errors import CloudinaryUnavailable, PictureError
from tests.assets.conftest import PHOTO, Answers
from tests.standin.client import Standin

CDN = "https://res.cloudinary.com/demo/image"

# Addresses


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
    assert not delivery.is_signed(url)


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
    assert delivery.is_signed(url)
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
    for act in (delivery.as_jpeg, delivery.is_signed, delivery.parts):
        with pytest.raises(CloudinaryUnavailable, match="is no address of a version of an image"):
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
        "https://res.cloudinary.com:443/x",  # only what is named, port and all
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


@pytest.fixture
def address(standin: Standin) -> str:
    return str(standin.upload(PHOTO, "a", moderation="approved", notify=False)["secure_url"])


def test_a_picture_comes_as_it_is(session: requests.Session, address: str) -> None:
    assert delivery.fetch(session, address) == PHOTO


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
        ("status", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "answered 302", 60),
        ("rate_limit", {}, "answered 420", 60),
    ],
)
def test_whatever_goes_wrong_may_be_tried_again(
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
        delivery.fetch(session, address)
    assert caught.value.retry_after == retry_after
    standin.clear_faults()
    assert delivery.fetch(session, address) == PHOTO


def test_what_cloudinary_cannot_convert_is_no_picture(
    session: requests.Session, standin: Standin, address: str
) -> None:
    standin.faults("delivery", "status", status=400, message="Invalid image file")
    with pytest.raises(PictureError, match="Cloudinary cannot make a JPEG of it: Invalid image file"):
        delivery.fetch(session, address)


def test_a_missing_asset_may_be_tried_again(session: requests.Session, standin: Standin) -> None:
    with pytest.raises(CloudinaryUnavailable, match="answered 404 Resource not found - gone"):
        delivery.fetch(session, f"{standin.url}/demo/image/upload/v1/gone.jpg")


def test_a_picture_of_over_30_mb_is_refused_and_one_of_30_mb_is_taken(
    session: requests.Session, answers: Answers
) -> None:
    answers.body = bytes(limits.PICTURE_BYTES)
    assert len(delivery.fetch(session, f"{answers.url}/image/upload/v1/a.jpg")) == 30_000_000
    answers.body += b"\0"
    with pytest.raises(PictureError, match="over 30 MB"):
        delivery.fetch(session, f"{answers.url}/image/upload/v1/a.jpg")


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_what_does_not_say_that_it_is_a_picture_is_none(
    session: requests.Session, answers: Answers, headers: dict[str, str]
) -> None:
    answers.body, answers.headers = PHOTO, headers
    with pytest.raises(CloudinaryUnavailable, match="not a picture"):
        delivery.fetch(session, f"{answers.url}/a.jpg")


def test_a_redirect_is_not_followed(session: requests.Session, answers: Answers) -> None:
    answers.status, answers.headers = 301, {"Location": f"{answers.url}/elsewhere", "Content-Type": "image/jpeg"}
    with pytest.raises(CloudinaryUnavailable, match="answered 301"):
        delivery.fetch(session, f"{answers.url}/a.jpg")
    assert answers.asked == ["/a.jpg"]


def test_a_body_that_is_not_what_its_encoding_says_is_an_error(session: requests.Session, answers: Answers) -> None:
    answers.headers |= {"Content-Encoding": "gzip"}
    answers.body = PHOTO
    with pytest.raises(CloudinaryUnavailable, match="could not be fetched"):
        delivery.fetch(session, f"{answers.url}/a.jpg")


def test_a_host_that_does_not_answer_may_be_tried_again(session: requests.Session) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(CloudinaryUnavailable, match="could not be fetched: ConnectionError"):
            delivery.fetch(session, f"http://127.0.0.1:{taken.getsockname()[1]}/a.jpg?token=hidden")
