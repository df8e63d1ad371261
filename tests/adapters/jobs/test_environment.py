"""The environment of child processes that need no settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.imaging import Decoder
from app.adapters.jobs import environment
from app.adapters.store import Store
from app.services.collage import job
from app.services.collage.build import Parameters
from scripts.sandbox.samples import person
from scripts.sandbox.stored import put
from scripts.sandbox.waiting import wait_for
from tests.support import secrets

SETTINGS = {
    "COLLAGEN_SECRET_KEY": "x",
    "COLLAGEN_ADMIN_PASSWORD": "x",
    "CLOUDINARY_URL": "x",
    "CLOUDINARY_API_SECRET": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "COLLAGEN_SMTP_URL": "x",
    "GITHUB_TOKEN": "x",
    "DATABASE_URL": "x",
}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has every secret."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("settings")
def test_no_setting_is_passed_on_and_what_programs_need_is() -> None:
    passed = environment.bare({"MORE": "y"})
    assert not SETTINGS.keys() & passed.keys()
    assert passed["PATH"] == os.environ["PATH"]
    assert passed["MORE"] == "y"


@pytest.mark.usefixtures("settings")
def test_decoder_exiftool_and_build_know_no_secret(store: Store, exiftool: ExifTool) -> None:
    decoder, tool = Decoder(), ExifTool()
    decoder.prepare(person(1))
    tool.check()
    put(store, range(6))
    build = job.start(store, "sayno", Parameters(width=300, height=400))
    environ = wait_for(lambda: secrets._read(build.process.pid, "environ"), "the build has begun")
    assert "PATH=" in environ
    assert not secrets.SETTING.search(environ)
    assert secrets.told_too_much() == []
    assert build.wait(300)
    decoder.close()
    tool.close()


def test_the_check_for_leaked_secrets_finds_them(tmp_path: Path) -> None:
    names = {"COLLAGEN_SECRET_KEY": "x", "PATH": os.environ["PATH"]}
    (tmp_path / "exiftool").write_text("import time; time.sleep(600)")
    with subprocess.Popen([sys.executable, str(tmp_path / "exiftool")], env=names) as told:
        wait_for(lambda: "exiftool" in secrets._read(told.pid, "cmdline"), "it has begun")
        (line,) = secrets.told_too_much()
        told.kill()
    assert line.startswith("settings (COLLAGEN_")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "open sesame"]) as told:
        wait_for(lambda: "sesame" in secrets._read(told.pid, "cmdline"), "it has begun")
        (line,) = secrets.told_too_much()
        told.kill()
    assert line.startswith("a secret is in the command line")
