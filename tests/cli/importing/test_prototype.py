"""`python -m app import-prototype`, then sync, check, notify and the dashboard, on a store in the prototype's shape."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox import mirror
from scripts.sandbox.kills import crowd
from scripts.sandbox.mailserver.client import running
from scripts.sandbox.service import GIVEN_AWAY, ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.prototype import Prototype, address
from tests.support.web import ADMIN, application

PAGES = ("", "campaigns/sayno", "campaigns/sayno/history", "campaigns/sayno/photos", "campaigns/sayno/opens")


@pytest.fixture
def old(standin: Standin, tmp_path: Path) -> Prototype:
    return Prototype(standin, tmp_path / "efs")


@pytest.fixture
def environ(standin: Standin, store: Store) -> dict[str, str]:
    return environment(standin, store.root.path)


def fetched(standin: Standin) -> int:
    return len(standin.calls("delivery"))


def addresses_in(path: Path, old: Prototype) -> list[str]:
    """Files below `path`, but archives, with an address of the prototype's people."""
    return [
        str(file)
        for file in path.rglob("*")
        if file.is_file() and file.suffix != ".jpg" and any(one.encode() in file.read_bytes() for one in old.addresses)
    ]


def test_what_is_whole_is_taken_over_and_nothing_of_it_is_fetched(
    old: Prototype, standin: Standin, store: Store, environ: dict[str, str], exiftool: ExifTool
) -> None:
    public_ids = ["test/bs8psp5f", "plain", "deep/er/x_y", "Zoë & Bob/2"]
    for number, public_id in enumerate(public_ids):
        old.photo(public_id, number)
    old.photo("test/trial", 7, "test_prototype")
    (old.path / "dev/logs").mkdir(parents=True)
    (old.path / "dev/logs/webhook-1.json").write_text(json.dumps({"email": address(0)}))
    before = old.snapshot()
    done = run("import-prototype", str(old.path), environ=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "sayno: 4 photos taken over, 0 there before",
        "  the next sync fetches 0 photos",
        "  log lines taken over: 4",
        "test_prototype: 1 photo taken over, 0 there before",
        "  the next sync fetches 0 photos",
        "  log lines taken over: 1",
    ]
    assert old.snapshot() == before
    assert mirror.held(store, exiftool) == mirror.expected(standin)
    assert [mirror.user_comment(store.photos.archive_path("sayno", one)) for one in public_ids] == [
        address(number) for number in range(4)
    ]
    (trial,) = (store.root.path / "test_prototype/approved").iterdir()
    assert mirror.user_comment(trial) == "collagen-test+supporter7-example-org@antb.me"
    assert run("check", environ=environ).returncode == 0
    synced = run("sync", environ=environ)
    assert "sayno: 4 photos agree, 0 were looked up" in synced.stdout
    assert fetched(standin) == 0
    assert addresses_in(store.root.path, old) == []
    again = run("import-prototype", str(old.path), environ=environ)
    assert "sayno: 0 photos taken over, 4 there before" in again.stdout
    assert "log lines taken over: 0" in again.stdout


def test_what_may_not_be_whole_is_named_and_fetched_by_the_next_sync(
    old: Prototype, standin: Standin, store: Store, environ: dict[str, str], exiftool: ExifTool
) -> None:
    old.photo("good", 0)
    for number, public_id in enumerate(("two/of_them", "two_of/them"), 1):  # one file name for both
        old.upload(public_id, number)
    old.keep("two/of_them", 1, 2e9)
    old.keep("unknown", 3, 2e9)
    old.keep("rejected", 4, old.upload("rejected", 4, status="rejected") + 60)
    old.keep("changed", 5, old.upload("changed", 5) - 60)
    small, broken = old.photo("small", 6), old.photo("broken", 7)
    Image.open(small).resize((750, 1000)).save(small)
    os.utime(small, (2e9, 2e9))
    broken.write_bytes(broken.read_bytes()[:50_000])
    (old.path / "gone_campaign/approved").mkdir(parents=True)
    said = [
        "  the next sync fetches 5 photos",
        "  may have changed in Cloudinary since: 1",
        "    changed",
        "  not as Collagen stores them: 2",
    ]
    dry = run("import-prototype", str(old.path), "--dry-run", environ=environ)
    assert "(dry run), 0 there before\n" in dry.stdout  # whether a picture is damaged shows when it is decoded
    assert store.root.campaigns() == []
    done = run("import-prototype", str(old.path), environ=environ)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "sayno: 1 photo taken over, 0 there before"
    assert lines[1:5] == said
    assert lines[5].startswith("    broken: ")
    assert lines[6:] == [
        "    small: it has 750×1000 pixels, not 1500×2000 upright",
        "  not approved in Cloudinary now: 1",
        "    rejected",
        "  in no list of the campaign in Cloudinary: 1",
        "    unknown",
        "  of several photos: 1",
        "    two_of_them: two/of_them or two_of/them",
        "  log lines taken over: 7",
        "gone_campaign: left out, campaigns.toml has no such campaign",
    ]
    assert run("sync", environ=environ).returncode == 0
    assert fetched(standin) == 5
    assert mirror.held(store, exiftool) == mirror.expected(standin)
    assert run("check", environ=environ).returncode == 0
    assert addresses_in(store.root.path, old) == []


@pytest.mark.thorough
def test_killed_at_any_moment_it_leaves_whole_photos_and_can_be_repeated(
    old: Prototype, standin: Standin, store: Store, environ: dict[str, str], exiftool: ExifTool
) -> None:
    for number in range(6):
        old.photo(f"p/{number}", number)
    before = old.snapshot()
    command = [sys.executable, "-m", "app", "import-prototype", str(old.path)]
    for held in (0, 2, 4):
        killed = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.DEVNULL)
        wait_for(partial(more_than, store, held), "a photo was taken over")
        killed.kill()
        killed.wait()
        assert mirror.held(store, exiftool).items() <= mirror.expected(standin).items()
    assert run(*command[3:], environ=environ).returncode == 0
    assert mirror.held(store, exiftool) == mirror.expected(standin)
    assert run("check", environ=environ).returncode == 0
    assert fetched(standin) == 0
    assert old.snapshot() == before


def more_than(store: Store, held: int) -> bool:
    return len(list((store.root.path / "sayno/approved").glob("[!.]*"))) > held


def test_who_was_mailed_is_told_nothing_twice_and_who_was_not_is_told(
    old: Prototype, store: Store, environ: dict[str, str], tmp_path: Path
) -> None:
    for number in range(4):
        old.photo(f"p/{number}", number)
    listed = tmp_path / "sent.csv"
    listed.write_text(f"name,email\nA,{address(0)}\nB,{address(1).upper()}\nC,somebody.else@example.org\n")
    done = run("import-prototype", str(old.path), "--mailed", str(listed), environ=environ)
    assert done.stdout.splitlines()[-1] == "  people recorded as mailed: 3"
    mails = crowd.environment(running(), store.root.path) | environ
    assert run("collage", "sayno", "--width", "600", "--height", "400", environ=mails).returncode == 0
    plan = json.loads(run("notify", "sayno", "0001", "--dry-run", "--json", environ=mails).stdout)
    assert [one["address"] for one in plan["recipients"]] == [address(2), address(3)]
    assert sorted(plan["skipped"]["told before"], key=str.casefold) == [address(0), address(1)]
    everyone = run("notify", "sayno", "0001", "--dry-run", "--json", "--everyone", environ=mails)
    assert len(json.loads(everyone.stdout)["recipients"]) == 4
    again = run("import-prototype", str(old.path), "--mailed", str(listed), environ=environ)
    assert again.stdout.splitlines()[-1] == "  people recorded as mailed: 0"
    assert addresses_in(store.root.path, old) == []


def test_in_a_trial_the_people_of_the_list_are_those_with_rewritten_addresses(
    old: Prototype, environ: dict[str, str], tmp_path: Path
) -> None:
    for number in range(3):
        old.photo(f"p/{number}", number, "test_prototype")
    listed = tmp_path / "sent.txt"
    listed.write_text(f"{address(0)}\ncollagen-test+supporter1-example-org@antb.me\n")
    store = Store(old.path / "collagen")  # in the same file system, beside the campaigns
    store.root.initialise()
    environ |= {"COLLAGEN_STORE": str(store.path)}
    done = run("import-prototype", str(old.path), "--mailed", str(listed), environ=environ)
    assert done.stdout.startswith("test_prototype: 3 photos taken over")
    before = store.mailed.before("test_prototype")
    told = [before.has(f"collagen-test+supporter{number}-example-org@antb.me") for number in range(3)]
    assert told == [True, True, False]


def test_no_page_and_no_log_names_an_address_of_the_old_log(
    old: Prototype, store: Store, environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for number in range(3):
        old.photo(f"p/{number}", number)
    with (old.path / "sayno/logs/processor.log").open("a") as log:
        log.write("2025-10-09 08:00:00,000 - INFO - DELETED: p/9 (status: rejected)\n")
        log.write(f"2025-10-09 08:00:01,000 - ERROR - {address(1)}?\n")
    assert run("import-prototype", str(old.path), environ=environ).returncode == 0
    assert (store.root.path / "sayno/logs/processor.log").read_text().splitlines()[:4] == [
        *(f"2025-10-08T14:25:0{number}Z SYNCED p/{number}" for number in range(3)),
        "2025-10-09T08:00:00Z DELETED p/9",
    ]
    as_it_was = Store(old.path)  # somebody has tried the old tree as a store
    as_it_was.root.initialise()
    for path in (store.root.path, old.path):
        app = application(environ | {"COLLAGEN_STORE": str(path)})
        pages = [app.test_client().get(f"/admin/{page}", auth=ADMIN).text for page in PAGES]
        app.extensions["collagen"].close()
        assert caplog.messages
        assert not GIVEN_AWAY.search(caplog.text)
        assert not [one for page in pages for one in old.addresses if one in page]
        assert '<span class="word">removed</span>' in pages[0]
        assert '<time datetime="2025-10-09T08:00:00Z">' in pages[0]
        assert "INFO" not in pages[0]


def test_a_refusal_is_one_sentence(old: Prototype, store: Store, environ: dict[str, str], tmp_path: Path) -> None:
    old.photo("a", 0)
    listed = tmp_path / "sent.txt"
    listed.write_text("ann@example.org\nno address\n")
    inside = store.root.path / "efs"
    (inside / "sayno/approved").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    for arguments, sentence in (
        ((str(store.root.path),), "is in the store that COLLAGEN_STORE names"),
        ((str(inside),), "is in the store that COLLAGEN_STORE names"),
        ((str(tmp_path / "empty"),), "has no directory of a campaign in campaigns.toml"),
        ((str(old.path), "--mailed", str(listed)), "line 2: this is not an address"),
        ((str(old.path), "--mailed", str(tmp_path / "nothing")), "nothing: No such file or directory"),
        ((str(tmp_path / "nothing"),), "nothing cannot be listed: No such file or directory"),
    ):
        done = run("import-prototype", *arguments, environ=environ)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not (store.root.path / "sayno").exists()
