"""The command `look`, killed at any moment and run again."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from app.adapters.store import Store
from scripts.sandbox import stored
from scripts.sandbox.service import ROOT
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.tiers import sampled

PEOPLE = 6
ROOMS = (("approved", ".jpg"), ("thumbnails", ".png"))
LOOKS = '[card]\n[[card.steps]]\nstep = "watermark"\ntext = "{title} {year}"\n'
PHOTOS = tuple(f"{room}/{stored.name(index)}{ending}" for index in range(PEOPLE) for room, ending in ROOMS)  # too small
ONE = 0.05  # seconds that one photo takes, about


def environ(place: Path) -> dict[str, str]:
    """A store with small photos of different colours, and the look."""
    store = Store(place / "store")
    store.root.initialise()
    colours = [Image.new("RGB", (300, 400), (40 * index, 90, 200)) for index in range(PEOPLE)]
    stored.put(store, range(PEOPLE), archive=lambda index: stored.as_jpeg(colours[index]))
    for name, text in (("campaigns.toml", '[sayno]\ntitle = "Say No"\n'), ("looks.toml", LOOKS)):
        (place / name).write_text(text)
    return {
        "COLLAGEN_STORE": str(store.path),
        "COLLAGEN_CAMPAIGNS": str(place / "campaigns.toml"),
        "COLLAGEN_LOOKS": str(place / "looks.toml"),
    }


def names(place: Path) -> set[str]:
    """Everything in the directory of the look, hidden files included."""
    return {path.name for path in (place / "store/sayno/looks/card").glob("*")}


def make(environ: dict[str, str]) -> None:
    answer = run("look", "sayno", "card", environ=environ, bare=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def kill_one(environ: dict[str, str], place: Path, delay: float) -> None:
    """Starts the command, and kills it some seconds after it has written something."""
    before = names(place)
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "look", "sayno", "card"],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: names(place) != before or process.poll() is not None, "it has begun a photo", every=0.001)
    time.sleep(delay)
    process.kill()
    process.wait()


@pytest.mark.parametrize("seed", sampled(range(10), every=10))
def test_after_kills_at_any_moment_every_photo_has_its_result_once_and_nothing_else_is_left(
    tmp_path: Path, seed: int
) -> None:
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    for place in (killed, calm):
        place.mkdir()
    settings, chance = environ(killed), random.Random(seed)
    for _ in range(3):
        kill_one(settings, killed, chance.uniform(0, ONE))
    make(settings)
    make(environ(calm))
    assert names(killed) == names(calm)
    assert len(names(calm)) == 2 * PEOPLE
    for name in names(calm):
        results = [(place / "store/sayno/looks/card" / name).read_bytes() for place in (killed, calm)]
        assert results[0] == results[1], name
    found = json.loads(run("check", "--json", environ=settings, bare=True).stdout)["findings"]
    assert [one for one in found if not one["path"].endswith(PHOTOS)] == []
