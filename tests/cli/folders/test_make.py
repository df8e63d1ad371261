"""`python -m app make`: any folder becomes a collage; nothing else is needed, and nothing else is left."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import scene
from scripts.sandbox.samples import person
from scripts.sandbox.service import ROOT
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.sources import LONG_AGO, write
from tests.support.tiers import sampled

SMALL = ("--width", "600", "--height", "800")
FILES = ["collage-1024.jpg", "collage-1920.jpg", "collage.png", "manifest.json"]


def bare() -> dict[str, str]:
    """An environment without any of our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COLLAGEN_", "CLOUDINARY_"))}


def make(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("make", *arguments, environ={"PYTHONPATH": str(ROOT)}, cwd=place, bare=True)


def left() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("collagen-*"))


def people(top: Path, count: int) -> None:
    """Different people, and the same in other formats, folders with blanks and umlauts among them."""
    for number in range(count):
        write(top / f"Grüße an alle/{number}.jpg", person(number), LONG_AGO + number)


def test_who_is_left_out_finds_a_place_on_the_canvas_that_it_names(tmp_path: Path) -> None:
    people(tmp_path / "all", 5)
    first = make(
        tmp_path, "all", "--out", "here", "--width", "300", "--height", "400", "--background", "#ff9416", "--duplicates"
    )
    assert "4 people in 2×2 cells" in first.stdout
    assert "300×400 seats 4 of 5 people. Leave out fewer on another canvas:" in first.stderr
    offered = [line.strip() for line in first.stderr.splitlines() if line.startswith("    python -m app make ")]
    options = ["--out", "here", "--background", "#ff9416", "--duplicates", "--force"]
    assert [one for one in shlex.split(offered[-1]) if one in options] == options
    again = make(tmp_path, *shlex.split(offered[-1])[4:])
    assert "5 people in " in again.stdout
    assert "; 0 left out" in again.stdout
    assert "Leave out fewer" not in again.stderr


def test_a_folder_becomes_a_collage_and_what_could_not_be_read_is_said(tmp_path: Path) -> None:
    before = left()
    people(tmp_path / "my pictures", 3)
    for number, ending in enumerate(("png", "webp", "heic")):
        picture = as_format(scene(300 + 3 * number, 400 + 4 * number), ending)
        write(tmp_path / "my pictures/Überraschung" / f"{ending} x.{ending.upper()}", picture, LONG_AGO + 10 + number)
    write(tmp_path / "my pictures/broken.jpg", person(1)[:9000])
    write(tmp_path / "my pictures/notes.txt", b"x")
    answer = make(tmp_path, "my pictures", *SMALL)
    assert answer.returncode == 0, answer.stderr
    assert " people in " in answer.stdout
    assert "broken.jpg: This is not a complete JPEG" in answer.stderr
    assert "notes.txt is no picture" in answer.stderr
    assert sorted(path.name for path in (tmp_path / "collage").iterdir()) == FILES
    manifest = json.loads((tmp_path / "collage/manifest.json").read_text())
    shown = {tile["public_id"] for tile in manifest["tiles"]} | set(manifest["left_out"])
    assert shown == {f"Grüße an alle/{number}" for number in range(3)} | {
        f"Überraschung/{ending} x" for ending in ("png", "webp", "heic")
    }
    assert manifest["unreadable"] == ["broken"]
    with Image.open(tmp_path / "collage/collage.png") as image:
        assert (image.size, image.mode) == ((600, 800), "RGBA")
    assert f"{tmp_path}/collage/collage.png" in answer.stdout
    assert left() == before
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (None, "There is no folder pictures; check the spelling."),
        ({}, "The folder pictures is empty; put pictures into it."),
        ({"notes.txt": b"x"}, "There is no picture in pictures to make a collage of"),
        ({"pending/a.jpg": b"x"}, "There is no picture in pictures to make a collage of"),
        ({"a.jpg": b"<svg/>"}, "None of the 1 pictures in pictures can be read; a.jpg: This is not a picture"),
    ],
)
def test_a_folder_without_a_picture_is_refused_with_one_sentence(
    tmp_path: Path, files: dict[str, bytes] | None, sentence: str
) -> None:
    if files is not None:
        (tmp_path / "pictures").mkdir()
        for name, data in files.items():
            write(tmp_path / "pictures" / name, data)
    answer = make(tmp_path, "pictures")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith(f"Error: {sentence}")
    assert not (tmp_path / "collage").exists()


def test_a_collage_that_is_there_is_replaced_only_if_told_so(tmp_path: Path) -> None:
    people(tmp_path / "pictures", 2)
    assert make(tmp_path, "pictures", *SMALL, "--out", "here/poster").returncode == 0
    first = (tmp_path / "here/poster/manifest.json").read_bytes()
    people(tmp_path / "pictures", 4)
    refused = make(tmp_path, "pictures", *SMALL, "--out", "here/poster")
    assert refused.returncode == 1
    assert "here/poster has a collage already" in refused.stderr
    assert (tmp_path / "here/poster/manifest.json").read_bytes() == first
    assert make(tmp_path, "pictures", *SMALL, "--out", "here/poster", "--force").returncode == 0
    assert (tmp_path / "here/poster/manifest.json").read_bytes() != first


def test_a_collage_in_the_folder_itself_is_not_taken_for_a_picture(tmp_path: Path) -> None:
    people(tmp_path, 2)
    assert make(tmp_path, ".", *SMALL).returncode == 0
    again = make(tmp_path, ".", *SMALL, "--force", "--json")
    assert again.returncode == 0
    assert {tile["public_id"] for tile in json.loads(again.stdout)["tiles"]} <= {"Grüße an alle/0", "Grüße an alle/1"}
    assert "is a finished collage; it is skipped" in again.stderr


def test_at_most_so_many_people_are_shown_the_earliest_first_whatever_is_there_twice(tmp_path: Path) -> None:
    people(tmp_path / "pictures", 4)
    for number in range(3):
        write(tmp_path / f"pictures/twice {number}.jpg", person(0), LONG_AGO - number)
    answer = make(tmp_path, "pictures", *SMALL, "--photos", "2", "--json")
    manifest = json.loads(answer.stdout)
    assert len(manifest["tiles"]) + len(manifest["left_out"]) == 2
    assert len(manifest["duplicates"]) >= 2


def test_a_print_is_made_in_any_format_and_replaces_what_was_there(tmp_path: Path) -> None:
    people(tmp_path / "pictures", 3)
    assert make(tmp_path, "pictures", *SMALL).returncode == 0
    answer = make(tmp_path, "pictures", "--print", "150x100mm", "--dpi", "50", "--format", "tiff", "--force", "--json")
    assert answer.returncode == 0, answer.stderr
    names = sorted(path.name for path in (tmp_path / "collage").iterdir())
    assert "collage.png" not in names
    assert names == sorted([*(file["name"] for file in json.loads(answer.stdout)["files"]), "manifest.json"])
    with Image.open(tmp_path / "collage/collage.tif") as image:
        assert image.size == (295, 197)
    again = make(tmp_path, "pictures", "--print", "150x100mm", "--width", "600")
    assert (again.returncode, "leave out --width" in again.stderr) == (2, True)


@pytest.mark.parametrize("at", ["approved/*.jpg", "collages/.tmp-0001"])
@pytest.mark.parametrize("number", sampled([signal.SIGINT, signal.SIGTERM], every=2))
def test_interrupted_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, at: str) -> None:
    people(tmp_path / "pictures", 4)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environ = bare() | {"TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "app", "make", str(tmp_path / "pictures"), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: bool(list(temporary.glob(f"*/store/photos/{at}"))), "it is at work")
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "out").exists()
