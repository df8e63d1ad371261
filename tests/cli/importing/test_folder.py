"""`python -m app import` as people use it, and killed at any moment."""

from __future__ import annotations

import io
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pillow_heif
import pytest

from app.adapters.cloudinary.uploads import digest
from app.adapters.store import Store
from app.services.importing.names import public_id
from scripts.sandbox import mirror
from scripts.sandbox.pictures import scene
from scripts.sandbox.service import ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.albums import picture, put
from tests.support.command import run

PICTURES, KILLS = 300, 10


@pytest.fixture
def environ(standin: Standin, tmp_path: Path) -> dict[str, str]:
    return environment(standin, tmp_path / "store")


def uploads(standin: Standin) -> int:
    return len([call for call in standin.calls("upload") if call["path"].endswith("/upload")])


def more_than(standin: Standin, number: int) -> bool:
    return len(standin.state()["assets"]) > number


@pytest.mark.thorough
def test_killed_again_and_again_every_picture_is_there_once_with_its_context(
    standin: Standin, environ: dict[str, str], tmp_path: Path
) -> None:
    files = [f"album {number % 7}/{number:03}.jpg" for number in range(PICTURES)]
    for number, file in enumerate(files):
        put(tmp_path / "pictures", file, picture(number))
    rows = [f"{file},p{number}@example.org,Person {number}" for number, file in enumerate(files)]
    (tmp_path / "pictures/people.csv").write_text("\n".join(["file,email,name", *rows]))
    standin.faults("upload", "delay", seconds=0.1, stale=True, times=None)  # stored, and not yet answered
    command = [sys.executable, "-m", "app", "import", str(tmp_path / "pictures"), "--campaign", "sayno"]
    chance = random.Random(16)
    for _ in range(KILLS):
        before = len(standin.state()["assets"])
        killed = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stderr=subprocess.DEVNULL)
        wait_for(partial(more_than, standin, before), "an upload arrived")
        time.sleep(chance.random() * 0.1)
        killed.kill()
        assert killed.wait() == -9
    assert len(standin.state()["assets"]) < PICTURES
    standin.clear_faults()
    done = run(*command[3:], environ=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assets = standin.state()["assets"]
    assert sorted(assets) == sorted(public_id("sayno", file) for file in files)
    for number, file in enumerate(files):
        asset = assets[public_id("sayno", file)]
        known = {"email": f"p{number}@example.org", "name": f"Person {number}", "sha256": digest(picture(number))}
        assert (asset["context"], asset["tags"], asset["status"]) == (known, [file.partition("/")[0]], "pending")
    assert uploads(standin) == PICTURES
    again = run(*command[3:], environ=environ)
    assert (again.returncode, again.stdout) == (
        0,
        f"sayno: 0 pictures uploaded\n  imported before: {PICTURES}\n",
    )
    assert uploads(standin) == PICTURES


def test_it_can_be_stopped_and_goes_on_where_it_was(standin: Standin, environ: dict[str, str], tmp_path: Path) -> None:
    for number in range(60):
        put(tmp_path, f"pictures/{number:02}.jpg", picture(number))
    standin.faults("upload", "delay", seconds=0.1, times=None)
    command = [sys.executable, "-m", "app", "import", str(tmp_path / "pictures"), "--campaign", "sayno"]
    stopped = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for(partial(more_than, standin, 3), "some uploads arrived")
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=60)
    assert (stopped.returncode, err) == (1, "Error: It was stopped. Run the command again to go on.\n")
    there = len(standin.state()["assets"])
    assert out == f"sayno: {there} pictures uploaded\n  not reached: {60 - there}\n"
    standin.clear_faults()
    assert run(*command[3:], environ=environ).returncode == 0
    assert uploads(standin) == len(standin.state()["assets"]) == 60


FORMATS = {"jpg": "JPEG", "heic": "HEIF", "gif": "GIF", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "tiff": "TIFF"}


@pytest.mark.parametrize("count", [3, pytest.param(len(FORMATS), marks=pytest.mark.thorough)])
def test_pictures_of_every_format_end_in_the_mirror_once_they_are_approved(
    standin: Standin, store: Store, environ: dict[str, str], tmp_path: Path, count: int
) -> None:
    kinds = dict(itertools.islice(FORMATS.items(), count))
    pillow_heif.register_heif_opener()
    for number, (ending, kind) in enumerate(kinds.items()):
        out = io.BytesIO()
        scene(300, 400 + number).save(out, kind)
        put(tmp_path, f"pictures/Zürich, 2025/a.{ending}", out.getvalue())
    rows = [f'"Zürich, 2025/a.{ending}",{ending}@example.org' for ending in kinds]
    (tmp_path / "pictures/people.csv").write_text("\n".join(["file,email", *rows]))
    assert run("import", str(tmp_path / "pictures"), "--campaign", "sayno", environ=environ).returncode == 0
    for name in standin.state()["assets"]:
        standin.approve(name, notify=False)
    assert run("sync", "sayno", environ=environ).returncode == 0
    assert run("check", environ=environ).returncode == 0
    addresses = [mirror.user_comment(path) for path in (store.root.path / "sayno/approved").iterdir()]
    assert sorted(addresses) == sorted(f"{ending}@example.org" for ending in kinds)


def test_the_summary_says_what_came_of_each_file(standin: Standin, environ: dict[str, str], tmp_path: Path) -> None:
    for file, number in (("a.jpg", 1), ("b.jpg", 1), ("c.jpg", 2), ("d.jpg", 3)):
        put(tmp_path, f"pictures/{file}", picture(number))
    put(tmp_path, "pictures/e.gif", b"")
    (tmp_path / "pictures/people.csv").write_text("file,email,consent\nc.jpg,c@example.org,no\n")
    done = run("import", str(tmp_path / "pictures"), "--campaign", "sayno", environ=environ)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "sayno: 2 pictures uploaded",
        "  the same picture as another file: 1",
        "    b.jpg is a.jpg",
        "  without consent, and not uploaded: 1",
        "    c.jpg",
        "  not uploaded: 1",
        "    e.gif: it is empty; export or copy it again",
    ]


def test_a_refusal_is_one_sentence(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for arguments, code, sentence in (
        (("--campaign", "sayno"), 1, "has no pictures to import"),
        (("--campaign", "nosuch"), 1, "There is no campaign 'nosuch'"),
        ((), 2, "Missing option '--campaign'"),
    ):
        done = run("import", str(tmp_path / "pictures"), *arguments, environ=environ)
        assert (done.returncode, done.stdout) == (code, "")
        assert sentence in done.stderr
    done = run("import", str(tmp_path / "nothing"), "--campaign", "sayno", environ=environ)
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: {tmp_path}/nothing cannot be listed: No such file or directory.\n",
    )
