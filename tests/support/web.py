"""Requests to the application as the admin and as Cloudinary, and people in its store."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from app.adapters.store import Store
from app.core.config import load_settings
from app.web.app import create_app
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.service import PASSWORD
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import distinct

ADMIN = ("admin", PASSWORD)
EMAILS = {"p0": "ann@example.org", "p1": "ben@example.org", "p2": None, "p3": "no address", "p4": "cem@example.org"}


def application(environ: Mapping[str, str]) -> Flask:
    """The application with the settings in `environ`. The caller closes its services.

    Its templates are compiled once for all tests of a process: that takes longer than most requests.
    """
    made = create_app(load_settings(environ, dotenv=Path("/nonexistent")))
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache()
    return made


def mail_settings(smtp_url: str) -> dict[str, str]:
    """The settings that mails need."""
    return {
        "COLLAGEN_SECRET_KEY": "a key of the tests",
        "COLLAGEN_PUBLIC_URL": "https://collagen.example.org",
        "COLLAGEN_SMTP_URL": smtp_url,
        "COLLAGEN_MAIL_FROM": "Say No <hello@sayno.example>",
    }


def put_addressed(store: Store, archives: dict[str, bytes]) -> None:
    for number, (public_id, archive) in enumerate(archives.items()):
        store.photos.put("sayno", public_id, archive, prepared(number).intermediate, 1_700_000_000 + number, 1)


def sign(body: bytes, secret: str = "new", at: float | None = None) -> dict[str, str]:
    """The headers of a notification signed by Cloudinary."""
    timestamp = str(round(time.time() if at is None else at))
    signature = hashlib.sha1(body + timestamp.encode() + secret.encode()).hexdigest()
    return {"X-Cld-Timestamp": timestamp, "X-Cld-Signature": signature, "Content-Type": "application/json"}


def notify(client: FlaskClient, payload: Any, **signing: Any) -> TestResponse:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return client.post("/webhook/cloudinary", data=body, headers=sign(body, **signing))


def approve(standin: Standin, public_id: str = "a", folder: str = "sayno", seed: int = 1) -> dict[str, Any]:
    """Adds an approved photo to the stand-in; returns the notification of its approval."""
    standin.upload(person(seed), public_id, folder=folder, email="ann@example.org")
    standin.approve(public_id)
    payload: dict[str, Any] = standin.notifications()[-1]["payload"]
    return payload


def fill(store: Store, campaign: str, people: int) -> None:
    """Puts this many people straight into the store."""
    for number in range(people):
        files = prepared(number % 6)
        at = 1_700_000_000 + number
        picture = distinct(files.intermediate, number)
        store.photos.put(campaign, f"p{number}", files.archive, picture, at, variants=files.variants)
