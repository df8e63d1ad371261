"""The page of a campaign: who has one, in which language, and what it wears."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.adapters.store import Store
from app.core.errors import SettingError
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support import previews
from tests.support.web import application

RULES = """
[sayno]
title = "Say No"
public = true
embed = ["https://www.example.org", "http://localhost:8080"]
[quiet]
title = "Among ourselves"
[oui]
title = "قل لا"
public = true
language = "ar"
[oui.brand]
colour = "#ff9416"
logo = "logo.svg"
text = "Run by people."
link = "https://www.example.org"
"""
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"/></svg>'


def public(standin: Standin, directory: Path) -> Flask:
    environ = environment(standin, directory / "store", COLLAGEN_CAMPAIGNS=str(directory / "campaigns.toml"))
    return application(environ)


@pytest.fixture(scope="module")
def client(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    directory = tmp_path_factory.mktemp("face")
    (directory / "campaigns.toml").write_text(RULES)
    (directory / "logo.svg").write_bytes(LOGO)
    Store(directory / "store").root.initialise()
    app = public(running_standin, directory)
    yield app.test_client()
    app.extensions["collagen"].close()


def test_a_campaign_that_is_not_public_looks_like_none(client: FlaskClient) -> None:
    for rest in ("", "/style.css", "/logo"):
        quiet, none = client.get(f"/c/quiet{rest}"), client.get(f"/c/nobody{rest}")
        assert (quiet.status_code, quiet.data) == (404, none.data)
        for answer in (quiet, none):
            del answer.headers["X-Request-ID"]
        assert dict(quiet.headers) == dict(none.headers)


def test_the_page_speaks_the_language_of_its_campaign(client: FlaskClient) -> None:
    assert '<html lang="en" dir="ltr">' in client.get("/c/sayno").text
    page = client.get("/c/oui").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "موقع الحملة" in page
    assert '<html lang="en" dir="ltr">' in client.get("/c/sayno").text


def test_the_page_wears_the_brand(client: FlaskClient) -> None:
    page = client.get("/c/oui").text
    assert "Run by people." in page
    assert 'href="https://www.example.org"' in page
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = client.get(style)
    assert "--band: #ff9416; --on-band: #141413;" in sheet.text
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/c/oui/style.css?v=old").headers["Cache-Control"] == "public, max-age=60"
    assert client.get(style, headers={"If-None-Match": sheet.headers["ETag"]}).status_code == 304
    assert "--band:" not in client.get("/c/sayno/style.css").text.replace("var(--band", "")


def test_only_listed_websites_may_frame_the_wall_and_nothing_else(client: FlaskClient) -> None:
    frame = client.get("/c/sayno/embed")
    assert "frame-ancestors https://www.example.org http://localhost:8080" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    for other in ("/c/sayno", "/c/sayno/screen", "/c/oui/embed"):
        answer = client.get(other)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_link_previews_and_oembed_are_announced(client: FlaskClient) -> None:
    page = client.get("/c/sayno").text
    found = previews.checked(page)
    assert found["og:type"] == "website"
    assert (found["og:title"], found["og:url"]) == ("Say No", "http://localhost/c/sayno")
    assert found["og:locale"] == "en_GB"
    assert (found["twitter:card"], found["og:image"]) == ("summary", "http://localhost/c/sayno/qr.png"), (
        "no picture yet"
    )
    with Image.open(io.BytesIO(client.get("/c/sayno/qr.png").data)) as opened:
        assert (f"{opened.width}", f"{opened.height}") == (found["og:image:width"], found["og:image:height"])
    assert previews.checked(client.get("/c/oui").text)["og:locale"].startswith("ar_")
    oembed = "http://localhost/oembed?url=http://localhost/c/sayno"
    assert f'<link rel="alternate" type="application/json+oembed" title="Say No" href="{oembed}">' in page


def test_the_qr_code_leads_to_the_page(client: FlaskClient) -> None:
    for kind, drawn in (("svg", "image/svg+xml"), ("png", "image/png")):
        answer = client.get(f"/c/sayno/qr.{kind}")
        assert answer.content_type == drawn
        out = io.BytesIO()
        segno.make("http://localhost/c/sayno", error="m").save(
            out, kind=kind, scale=12, border=4, light="white", **({"nl": False} if kind == "svg" else {})
        )
        assert answer.data == out.getvalue()


def test_a_logo_can_run_nothing(client: FlaskClient) -> None:
    logo = client.get("/c/oui/logo")
    assert (logo.data, logo.content_type) == (LOGO, "image/svg+xml")
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    assert logo.headers["Content-Security-Policy"] == policy
    assert client.get("/c/sayno/logo").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, r"\[a\] brand.logo: .*logo.png cannot be read: No such file"),
        (b"<svg/>", r"\[a\] brand.logo: .*logo.png is not the kind of picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64_000), r"\[a\] brand.logo: .*logo.png must have at most 64 KB"),
    ],
)
def test_a_logo_that_cannot_be_shown_stops_the_start(
    standin: Standin, tmp_path: Path, data: bytes | None, words: str
) -> None:
    (tmp_path / "campaigns.toml").write_text('[a]\npublic = true\n[a.brand]\nlogo = "logo.png"\n')
    if data is not None:
        (tmp_path / "logo.png").write_bytes(data)
    with pytest.raises(SettingError, match=words):
        public(standin, tmp_path)
