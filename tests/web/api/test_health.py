"""/health says what is missing, and nothing else."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from app.adapters.imaging import Decoder
from app.adapters.store import Store
from app.adapters.store.probe import Probe
from app.adapters.store.root import MARKER, Root
from scripts.sandbox.service import ROOT
from tests.support.failing import Broken


def test_everything_is_ok_when_everything_is_there(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ok",
        "checks": {"store": "ok", "exiftool": "ok", "imagemagick": "ok"},
    }


def test_a_store_that_is_not_mounted_is_named_without_its_path(client: FlaskClient, store: Store) -> None:
    (store.root.path / MARKER).unlink()
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {
        "store": "The store cannot be used at the moment.",
        "exiftool": "ok",
        "imagemagick": "ok",
    }
    assert str(store.root.path) not in answer.text


def test_without_our_policy_for_imagemagick_it_is_not_healthy(store: Store) -> None:
    """In a separate process, because a process keeps one policy for life."""
    code = """
import dataclasses, sys, types
from pathlib import Path
from flask import Flask
from app.core.config import Settings
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.probe import Probe
from app.web.api import health
from app.services.looks.backlog import LooksQueue
from app.web.services import Services
app = Flask("app.web")
app.register_blueprint(health.blueprint)
exiftool = ExifTool()
store = Store(Path(sys.argv[1]))
settings = Settings(store.root.path, Path("campaigns.toml"))
given = {"store": store, "probe": Probe(store.root), "exiftool": exiftool, "settings": settings}
given["looks_queue"] = LooksQueue(None)
given["intake"] = types.SimpleNamespace(processor=None)  # the policy is looked at first
names = [field.name for field in dataclasses.fields(Services)]
app.extensions["collagen"] = Services(**{name: given.get(name) for name in names})
answer = app.test_client().get("/health")
print(answer.status_code, answer.text)
exiftool.close()
"""
    command = [sys.executable, "-c", code, str(store.root.path)]
    environ = os.environ | {"MAGICK_CONFIGURE_PATH": "/nonexistent"}
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True)
    status, _, body = done.stdout.partition(" ")
    assert status == "503"
    checks = json.loads(body)["checks"]
    assert checks.pop("imagemagick").startswith("ImageMagick's policy is not in force (")
    assert set(checks.values()) == {"ok"}
    assert str(ROOT) not in body


def test_a_decoder_that_cannot_work_is_told(client: FlaskClient, app: Flask) -> None:
    with contextlib.closing(Decoder(["/nonexistent"])) as broken:
        app.extensions["collagen"].intake.processor._mirror.decoder = broken
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {
        "store": "ok",
        "exiftool": "ok",
        "imagemagick": "Pictures cannot be decoded at the moment.",
    }


def test_a_store_that_refuses_what_is_written_is_told(client: FlaskClient, app: Flask, store: Store) -> None:
    probe = Probe(Root(store.root.path, Broken("fsync", errno.EDQUOT)))
    app.extensions["collagen"] = replace(app.extensions["collagen"], probe=probe)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["store"] == "The store cannot be used at the moment."
