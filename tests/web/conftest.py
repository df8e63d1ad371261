"""The application itself, with the real SDK, exiftool and ImageMagick, asked without a server in between."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import load_settings
from app.web.app import create_app
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.service import PASSWORD, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built, distinct
from tests.support.chromium import Watched, watched
from tests.support.remembering import Remembering

ADMIN = ("admin", PASSWORD)


EMAILS = {"p0": "ann@example.org", "p1": "ben@example.org", "p2": None, "p3": "no address", "p4": "cem@example.org"}


def mail_settings(smtp_url: str) -> dict[str, str]:
    """What mails need, with this mail server."""
    return {
        "COLLAGEN_SECRET_KEY": "a key of the tests",
        "COLLAGEN_PUBLIC_URL": "https://collagen.example.org",
        "COLLAGEN_SMTP_URL": smtp_url,
        "COLLAGEN_MAIL_FROM": "Say No <hello@sayno.example>",
    }


@pytest.fixture(scope="module")
def mailserver() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def mails(mailserver: MailServer) -> MailServer:
    """The mail server, without faults, showing only what it takes from now on."""
    mailserver.forget()
    return mailserver


@pytest.fixture(scope="session")
def addressed_archives(exiftool: ExifTool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """By public ID: of five people, three with an address, one without, one with something that is none."""
    directory, archives = tmp_path_factory.mktemp("addressed"), {}
    for number, (public_id, email) in enumerate(EMAILS.items()):
        path = directory / f"{public_id}.jpg"
        path.write_bytes(prepared(number).archive)
        exiftool.write(path, Tags(email, public_id, "asset", 1))
        archives[public_id] = path.read_bytes()
    return archives


@pytest.fixture
def addressed(store: Store, addressed_archives: dict[str, bytes]) -> None:
    """These five people in sayno."""
    put_addressed(store, addressed_archives)


@pytest.fixture(scope="session")
def addressed_collage(addressed_archives: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with these five people in the collage 0001 of sayno, to be copied."""
    store = Store(tmp_path_factory.mktemp("addressed_collage") / "store")
    store.root.initialise()
    put_addressed(store, addressed_archives)
    assert built(store, width=750, height=200)["layout"]["used"] == 5
    return store.root.path


def put_addressed(store: Store, archives: dict[str, bytes]) -> None:
    for number, (public_id, archive) in enumerate(archives.items()):
        store.photos.put("sayno", public_id, archive, prepared(number).intermediate, 1_700_000_000 + number, 1)


@pytest.fixture
def app(standin: Standin, store: Store, decoder: Remembering) -> Iterator[Flask]:
    environ = environment(
        standin, store.root.path, COLLAGEN_WEBHOOK_SECRETS="new,old", **mail_settings("smtp://127.0.0.1:9")
    )
    made = create_app(load_settings(environ, dotenv=Path("/nonexistent")))
    made.extensions["collagen"].intake.processor._mirror.decoder = decoder
    yield made
    made.extensions["collagen"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def sign(body: bytes, secret: str = "new", at: float | None = None) -> dict[str, str]:
    """The headers of a notification that Cloudinary signed."""
    timestamp = str(round(time.time() if at is None else at))
    signature = hashlib.sha1(body + timestamp.encode() + secret.encode()).hexdigest()
    return {"X-Cld-Timestamp": timestamp, "X-Cld-Signature": signature, "Content-Type": "application/json"}


def notify(client: FlaskClient, payload: Any, **signing: Any) -> TestResponse:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return client.post("/webhook/cloudinary", data=body, headers=sign(body, **signing))


def approve(standin: Standin, public_id: str = "a", folder: str = "sayno", seed: int = 1) -> dict[str, Any]:
    """Puts an approved photo into the stand-in; returns the notification of its approval."""
    standin.upload(person(seed), public_id, folder=folder, email="ann@example.org")
    standin.approve(public_id)
    payload: dict[str, Any] = standin.notifications()[-1]["payload"]
    return payload


def fill(store: Store, campaign: str, people: int) -> None:
    """Puts so many people into a campaign of the store, without asking anyone."""
    for number in range(people):
        files = prepared(number % 6)
        at = 1_700_000_000 + number
        picture = distinct(files.intermediate, number)
        store.photos.put(campaign, f"p{number}", files.archive, picture, at, variants=files.variants)


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Watched]:
    """One browser for all tests of a file; those who look at pages begin with a clean one of theirs."""
    with watched() as running:
        yield running
