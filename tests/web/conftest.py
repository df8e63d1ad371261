"""The application itself, with the real SDK, exiftool and ImageMagick, called without a server in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.services.looks.recipes import Look, Looks
from scripts.sandbox.mailserver.client import MailServer, running
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built
from tests.support.chromium import Watched, watched
from tests.support.looks import Negative, look_of
from tests.support.remembering import Remembering
from tests.support.web import EMAILS, application, mail_settings, put_addressed


@pytest.fixture
def mails() -> MailServer:
    """The mail server, without faults, showing only what it accepts from now on."""
    return running()


@pytest.fixture(scope="session")
def addressed_archives(exiftool: ExifTool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """By public ID, of five people: three with an address, one without, one with an invalid one."""
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


@pytest.fixture
def app(standin: Standin, store: Store, decoder: Remembering) -> Iterator[Flask]:
    environ = environment(
        standin, store.root.path, COLLAGEN_WEBHOOK_SECRETS="new,old", **mail_settings("smtp://127.0.0.1:9")
    )
    made = application(environ)
    made.extensions["collagen"].intake.processor._mirror.decoder = decoder
    yield made
    made.extensions["collagen"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def kind() -> Negative:
    """The step of the look dark."""
    return Negative()


@pytest.fixture
def look(app: Flask, kind: Negative, tmp_path: Path) -> Look:
    """The look dark, as if looks.toml had it."""
    made = look_of(tmp_path, kind)
    app.extensions["collagen"] = replace(app.extensions["collagen"], looks=Looks({made.name: made}))
    return made


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Watched]:
    """One browser for all tests of a file; tests that look at pages begin with a clean session."""
    with watched() as running:
        yield running
