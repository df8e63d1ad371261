"""Syncs: whatever was lost, the mirror ends up like Cloudinary; what that costs, and what a sync never does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.adapters.cloudinary import Cloudinary, parse
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.adapters.store.root import MARKER
from app.core.config import Campaign, load_campaigns, load_settings
from app.core.errors import CloudinaryUnavailable, SettingError, StoreUnavailable, SyncInProgress
from app.core.sources import Asset, Hint, Standing
from app.services.processor.decision import Outcome
from app.services.reconcile import Sync, SyncReport, Watch
from app.services.reconcile.budget import seconds_to_wait
from app.services.reconcile.job import concerned
from app.services.reconcile.plan import Held, SyncPlan, Work, from_cursor
from app.services.reconcile.report import judge
from app.services.reconcile.safeguard import too_many
from scripts.sandbox import mirror
from scripts.sandbox.samples import person
from scripts.sandbox.service import ROOT, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.command import run
from tests.support.remembering import Remembering

FOLDERS = ("sayno", "other", "test_prototype")


@dataclass
class Bench:
    """Syncs between the stand-in and a store, each as if freshly started."""

    standin: Standin
    store: Store
    exiftool: ExifTool
    environ: dict[str, str]
    decoder: Remembering
    said: list[str] = field(default_factory=list)

    def syncing(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Sync:
        settings = load_settings(self.environ, dotenv=Path("/nonexistent"))
        cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
        campaigns = load_campaigns(settings.campaigns_file)
        made = Sync(cloudinary, self.store, self.exiftool, campaigns, Watch(self.said.append, progress))
        made._processor._mirror.decoder = self.decoder
        return made

    def sync(self, name: str = "sayno", **options: Any) -> SyncReport:
        return self.syncing().run(name, **options)

    def sync_all(self, **options: Any) -> list[SyncReport]:
        syncing = self.syncing()
        return [syncing.run(name, **options) for name in FOLDERS]

    def add(self, count: int, folder: str = "sayno", first: int = 0, status: str | None = "approved") -> list[str]:
        """Adds so many photos of two people without notifications."""
        names = [f"{folder}/{number:03}" for number in range(first, first + count)]
        for seed in (0, 1):
            photos = [
                {
                    "public_id": name,
                    "asset_folder": folder,
                    "status": status,
                    "context": {"email": f"{name.replace('/', '.')}@example.org"},
                }
                for name in names[seed::2]
            ]
            self.standin.upload_many(person(seed), photos)
        return names

    def is_true(self) -> bool:
        assert mirror.held(self.store, self.exiftool) == mirror.expected(self.standin)
        assert mirror.leftovers(self.store) == []
        return True

    def log(self, campaign: str = "sayno") -> list[str]:
        path = self.store.root.path / campaign / "logs" / "processor.log"
        return [line.split(" ", 1)[1] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def bench(standin: Standin, store: Store, exiftool: ExifTool, decoder: Remembering) -> Iterator[Bench]:
    yield Bench(standin, store, exiftool, environment(standin, store.root.path), decoder)
    standin.limit(None)


def everything(store: Store) -> dict[str, tuple[int, int, bytes]]:
    """Every file and directory: mode, modification time, content."""
    return {
        str(path.relative_to(store.root.path)): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in store.root.path.rglob("*")
    }


def asked_about(standin: Standin) -> list[str]:
    """The public IDs that were looked up one by one, in order."""
    top = f"/v1_1/{standin.cloud}/resources/image/upload/"
    return [call["path"].removeprefix(top) for call in standin.calls("api") if call["path"].startswith(top)]


def orphans(store: Store, count: int, campaign: str = "sayno") -> list[str]:
    """Puts photos into the store that Cloudinary does not know; looking them up is quick."""
    names = [f"gone/{campaign}/{number:03}" for number in range(count)]
    for name in names:
        store.photos.put(campaign, name, b"archive", b"intermediate", 1)
    return names


# Losses are found


def test_after_lost_notifications_and_many_changes_everything_is_repaired_and_reported(bench: Bench) -> None:
    chance = random.Random(3)
    names = bench.add(12) + bench.add(8, "other") + bench.add(20, "sayno", 100, "pending")
    bench.add(30, "holidays")
    assert [len(report.repaired) for report in bench.sync_all()] == [12, 8, 0]
    assert bench.is_true()

    told = len(bench.standin.notifications())
    chance.shuffle(names)
    for number, name in enumerate(names):
        change = number % 7
        if change == 0:
            bench.standin.move(name, chance.choice(["sayno", "other", "holidays", "test_prototype"]))
        elif change == 1:
            bench.standin.rename(name, f"renamed/{number}")
        elif change == 2:
            bench.standin.delete(name)
        elif change == 3:
            bench.standin.reject(name)
        elif change == 4:
            bench.standin.approve(name)
        elif change == 5:
            bench.standin.set_email(name, f"new{number}@example.org")
        else:
            bench.standin.overwrite(name, person(0))
    syncing = bench.syncing()
    for one in bench.standin.notifications(since=told):
        if chance.random() < 0.3:  # the others are lost
            for hint in parse(json.dumps(one["payload"]).encode()).hints:
                syncing._processor.process(hint)
    # and the disk has also lost some
    kept = sorted(bench.store.photos.pairs("sayno"))
    bench.store.photos.intermediate_path("sayno", kept[0]).unlink()
    bench.store.photos.archive_path("sayno", kept[1]).unlink()
    (bench.store.root.path / "sayno/approved/.tmp-0123456789abcdef").write_bytes(b"half a photo")

    there, here = mirror.expected(bench.standin), bench_held(bench)
    reports = bench.sync_all()
    assert bench.is_true()
    for report in reports:
        mine = {name for campaign, name in there if campaign == report.campaign}
        # photos that another campaign's sync has taken over are no longer here when it is this one's turn
        assert set(report.orphaned) <= here[report.campaign] - mine
        assert set(report.repaired) == {*report.missed, *report.stale, *report.orphaned}
        assert report.unreachable == {}
    assert set(reports[0].orphaned) == here["sayno"] - {name for campaign, name in there if campaign == "sayno"}
    assert {kept[0], kept[1]} <= {*reports[0].stale, *reports[0].orphaned}
    assert sum(len(report.missed) + len(report.stale) + len(report.orphaned) for report in reports) > 7
    assert [(report.missed, report.stale, report.orphaned) for report in bench.sync_all()] == [([], [], [])] * 3


def bench_held(bench: Bench) -> dict[str, set[str]]:
    return {name: set(bench.store.photos.pairs(name)) for name in FOLDERS}


def test_a_mirror_that_is_true_costs_two_calls_and_writes_nothing_about_photos(bench: Bench) -> None:
    bench.add(12)
    bench.sync()
    before, calls = everything(bench.store), len(bench.standin.calls())
    report = bench.sync()
    assert (report.agreed, report.asked) == (12, 0)
    assert [call["call"] for call in bench.standin.calls(since=calls)] == ["api", "api"]
    after = everything(bench.store)
    photos = [path for path in before if "/" in path and not path.startswith(".sync")]
    assert {path: after[path] for path in photos} == {path: before[path] for path in photos}


@pytest.mark.parametrize("damage", ["old version", "old address", "empty file", "other photo"])
def test_what_is_stale_is_found_without_a_call_for_each_photo_and_replaced(bench: Bench, damage: str) -> None:
    one, *_ = bench.add(4)
    bench.sync()
    archive = bench.store.photos.archive_path("sayno", one)
    if damage == "old version":
        bench.standin.overwrite(one, person(1), notify=False)
    elif damage == "old address":
        bench.standin.set_email(one, "new@example.org", notify=False)
    elif damage == "empty file":
        archive.write_bytes(b"")
    else:
        archive.write_bytes(bench.store.photos.archive_path("sayno", "sayno/001").read_bytes())
    before = len(asked_about(bench.standin))
    report = bench.sync()
    assert (report.stale, report.repaired, report.agreed) == ([one], [one], 3)
    assert asked_about(bench.standin)[before:] == [one]
    assert bench.is_true()


def test_photos_of_a_campaign_that_is_not_synced_stay_as_they_are(bench: Bench) -> None:
    bench.add(2)
    orphans(bench.store, 2, "other")
    orphans(bench.store, 2, "retired")  # no campaign any more
    bench.sync()
    assert len(bench.store.photos.pairs("other")) == len(bench.store.photos.pairs("retired")) == 2


# Nothing is removed just because a list lacks it


@pytest.mark.parametrize("match", ["by_asset_folder", "resources"])
def test_a_list_that_leaves_approved_photos_out_removes_nothing(bench: Bench, match: str) -> None:
    bench.add(6)
    bench.sync()
    held = mirror.held(bench.store, bench.exiftool)
    lists = ["by_asset_folder"] if match == "by_asset_folder" else ["by_asset_folder", "moderations"]
    for path in lists:
        bench.standin.faults("api", "status", match=path, times=None, status=200, body={"resources": []})
    report = bench.sync()
    assert (report.asked, report.orphaned, report.repaired) == (6, [], [])
    assert mirror.held(bench.store, bench.exiftool) == held


def test_a_photo_that_the_list_of_its_folder_leaves_out_is_still_found(bench: Bench) -> None:
    bench.add(3)
    bench.standin.faults("api", "status", match="by_asset_folder", times=1, status=200, body={"resources": []})
    assert len(bench.sync().missed) == 3
    assert bench.is_true()


@pytest.mark.parametrize("body", [{}, {"resources": [7]}])
def test_an_answer_that_is_no_list_stops_the_sync(bench: Bench, body: object) -> None:
    orphans(bench.store, 2)
    bench.standin.faults("api", "status", match="by_asset_folder", times=None, status=200, body=body)
    with pytest.raises(CloudinaryUnavailable):
        bench.sync()
    assert len(bench.store.photos.pairs("sayno")) == 2


# A dry run


def test_a_dry_run_changes_nothing_and_foresees_what_a_sync_then_does(bench: Bench) -> None:
    first, second, third, *_ = bench.add(6)
    bench.sync()
    bench.standin.reject(first, notify=False)
    bench.standin.set_email(second, "new@example.org", notify=False)
    bench.standin.move(third, "other", notify=False)
    bench.add(2, first=20)
    bench.store.photos.intermediate_path("sayno", "sayno/005").unlink()
    (bench.store.root.path / "sayno/approved/.tmp-0123456789abcdef").write_bytes(b"half a photo")
    before = everything(bench.store)
    foreseen = bench.sync(dry_run=True, remake=True)
    assert everything(bench.store) == before
    assert (foreseen.remade, foreseen.repaired) == (["sayno/005"], [])
    done = bench.sync()
    assert foreseen.orphaned == done.orphaned == [first, third]
    assert foreseen.stale == done.stale == [second, "sayno/005"]
    assert foreseen.missed == done.missed == ["sayno/020", "sayno/021"]


# The hourly limit


def test_with_50_calls_an_hour_it_waits_says_so_and_goes_on_and_leaves_calls_for_webhooks(bench: Bench) -> None:
    for hour in (3, 12, 48, 200):  # seconds; a busy machine does not use up the calls of one that is short
        orphans(bench.store, 20)
        orphans(bench.store, 50, "other")
        bench.said.clear()
        before = len(bench.standin.calls("api"))
        bench.standin.limit(50, seconds=hour)
        ends = time.time() + hour
        # a machine that made few calls in the first hour would need a third one, and the second is a whole hour
        more = threading.Timer(hour + 0.5, bench.standin.limit, [None])
        more.start()
        assert [len(report.repaired) for report in bench.sync_all(sure=True)] == [20, 50, 0]
        more.join()
        assert bench_held(bench) == {"sayno": set(), "other": set(), "test_prototype": set()}
        api = bench.standin.calls("api")[before:]
        assert {call["status"] for call in api} <= {200, 404}
        first = [call for call in api if call["at"] < ends]
        if len(first) >= 44:
            break
    assert 44 <= len(first) <= 47  # 3 are left for webhooks, and as many that may be under way
    (said,) = [line for line in bench.said if "going on at" in line]
    moment = time.strptime(said.split("going on at ")[1], "%H:%M:%S UTC")
    seconds = moment.tm_hour * 3600 + moment.tm_min * 60 + moment.tm_sec
    assert (seconds + 2 - ends) % 86400 <= 5, "when the hour has ended"


def test_a_refusal_for_the_limit_fails_no_photo(bench: Bench) -> None:
    """Others may use up the calls between two answers."""
    orphans(bench.store, 20)

    def use_up(done: int, total: int) -> None:
        if done == 4:
            bench.standin.limit(0, seconds=1)
            threading.Timer(0.5, bench.standin.limit, [None]).start()

    report = bench.syncing(use_up).run("sayno", sure=True)
    assert 420 in {call["status"] for call in bench.standin.calls("api")}
    assert (len(report.repaired), report.unreachable) == (20, {})


@pytest.mark.parametrize(
    ("standing", "under_way", "now", "seconds"),
    [
        (Standing(), 4, 0, 0),
        (Standing(26, 500, 100), 0, 0, 0),
        (Standing(26, 500, 100), 1, 0, 101.1),
        (Standing(25, 500, 100), 0, 0, 101.1),
        (Standing(100, 2000, 100), 0, 50, 51.1),
        (Standing(0, 500, 100), 0, 102, 0),
        (Standing(0, 500, 99_999), 0, 0, 3600),
        (Standing(0, None, 30, True), 0, 0, 31.1),
    ],
)
def test_how_long_is_waited_for_calls(standing: Standing, under_way: int, now: float, seconds: float) -> None:
    assert seconds_to_wait(standing, under_way, now) == pytest.approx(seconds)


# Interrupted syncs, and photos that fail for ever


def start(bench: Bench, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", "sync", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | bench.environ, stdout=pipe, stderr=pipe, text=True)


def is_locked(path: Path) -> bool:
    """Whether a process holds a lock on the file (proc_locks(5))."""
    return f":{path.stat().st_ino} " in Path("/proc/locks").read_text()


def run_until_it_waits_then_kill(bench: Bench) -> None:
    with start(bench, "sayno") as process:
        assert process.stderr is not None
        while "going on at" not in (line := process.stderr.readline()):
            assert line, process.communicate(timeout=300)
        cursor, seen = bench.store.root.path / ".sync/sayno.json", set[tuple[bytes, int]]()

        def noted() -> bool:
            """Waits for the same note twice: while waiting, it notes its position every second."""
            if cursor.exists():
                seen.add((cursor.read_bytes(), cursor.stat().st_mtime_ns))
            return len(seen) > len({where for where, _ in seen}) + 1

        wait_for(noted, "it noted where it was")
        process.send_signal(signal.SIGKILL)
        process.wait(300)


@pytest.mark.thorough
def test_killed_and_started_again_it_goes_on_where_it_stopped_and_broken_photos_starve_nobody(bench: Bench) -> None:
    broken = [{"public_id": f"broken/{n:03}", "asset_folder": "sayno", "status": "approved"} for n in range(60)]
    bench.standin.upload_many(b"<html>", broken)
    whole = bench.add(5)
    bench.standin.limit(50, seconds=3600)
    run_until_it_waits_then_kill(bench)
    first = asked_about(bench.standin)
    assert 42 <= len(first) <= 45
    assert not set(first) & set(whole)

    bench.standin.limit(50, seconds=3600)
    run_until_it_waits_then_kill(bench)
    second = asked_about(bench.standin)[len(first) :]
    assert min(second[:20]) > "broken/035"
    assert set(whole) < set(second)
    assert sorted(name for _, name in mirror.held(bench.store, bench.exiftool)) == whole

    bench.standin.limit(None)
    done = run("sync", "sayno", "--json", environ=bench.environ)
    assert done.returncode == 1
    (told,) = json.loads(done.stdout)["campaigns"]
    assert {row["public_id"] for row in told["unreachable"]} == {photo["public_id"] for photo in broken}
    assert all("JPEG" in row["reason"] for row in told["unreachable"])
    assert (told["agreed"], told["asked"], "Traceback" in done.stderr) == (5, 60, False)
    assert not list((bench.store.root.path / ".sync").glob("*.json")), "the cursor is cleared at the end"
    assert {line.split()[1] for line in bench.log() if line.startswith("ERROR")} == {p["public_id"] for p in broken}


def test_a_failure_that_passes_is_tried_once_more_and_one_that_stays_has_its_reason_and_its_line(bench: Bench) -> None:
    passing, lasting, *_ = bench.add(5)
    bench.standin.faults("api", "status", match=f"upload/{passing}", status=503, times=1)
    bench.standin.faults("delivery", "processing", match=lasting, times=None)
    report = bench.sync()
    assert report.repaired == ["sayno/002", "sayno/003", "sayno/004", passing]
    assert list(report.unreachable) == [lasting]
    assert "still being processed" in report.unreachable[lasting]
    assert any(line.startswith(f"ERROR {lasting} sync: ") for line in bench.log())
    bench.standin.clear_faults()
    assert bench.sync().repaired == [lasting]


def test_public_ids_that_cannot_be_stored_are_unreachable_and_stop_nobody(bench: Bench) -> None:
    bench.standin.upload_many(person(1), [{"public_id": "ü" * 90, "asset_folder": "sayno", "status": "approved"}])
    bench.add(2)
    report = bench.sync()
    assert len(report.repaired) == 2
    assert "too long" in report.unreachable["ü" * 90]


def test_when_cloudinary_fails_altogether_it_stops_soon(bench: Bench) -> None:
    orphans(bench.store, 60)
    bench.standin.faults("api", "status", status=500, skip=2, times=None)
    with pytest.raises(CloudinaryUnavailable):
        bench.sync()
    assert len(bench.standin.calls("api")) < 2 + 20 + 10
    assert len(bench.store.photos.pairs("sayno")) == 60


@pytest.mark.parametrize("when", ["before", "during"])
def test_removing_the_marker_stops_it(bench: Bench, when: str) -> None:
    marker = bench.store.root.path / MARKER
    bench.add(8)
    orphans(bench.store, 40)
    if when == "before":
        marker.unlink()
        before = everything(bench.store)
    with pytest.raises(StoreUnavailable, match=MARKER):
        bench.syncing(lambda done, total: marker.unlink(missing_ok=True)).run("sayno", sure=True)
    assert len(asked_about(bench.standin)) < 20
    if when == "before":
        assert everything(bench.store) == before
        assert bench.standin.calls() == []


# One at a time


def test_only_one_sync_of_a_campaign_runs_at_a_time_and_one_may_wait(bench: Bench) -> None:
    orphans(bench.store, 1)
    with bench.store.syncs.turn("sayno"):
        with pytest.raises(SyncInProgress, match="sayno is running already"):
            bench.sync()
        assert bench.sync("other").repaired == []
        refused = run("sync", "sayno", "other", environ=bench.environ)
        assert (refused.returncode, refused.stderr) == (
            1,
            "Error: A sync of sayno is running already; wait until it is done.\n",
        )
        waiting = start(bench, "sayno", "--wait", "60")
        place = bench.store.root.path / ".sync/sayno.next"
        wait_for(lambda: place.exists() and is_locked(place), "it waits for its turn")
        with pytest.raises(SyncInProgress):  # one waiting sync is enough
            bench.sync(patience=300)
        assert bench.store.photos.pairs("sayno") != {}
    with waiting:
        out, _ = waiting.communicate(timeout=300)
    assert waiting.returncode == 0
    assert "gone/sayno/000" in out
    assert bench.store.photos.pairs("sayno") == {}


# Intermediates


def test_thumbnails_remakes_the_intermediates_that_are_missing_or_wrong_and_only_those(bench: Bench) -> None:
    missing, empty, small, plain, *rest = names = bench.add(5)
    bench.sync()
    paths = {name: bench.store.photos.intermediate_path("sayno", name) for name in names}
    good = {name: path.read_bytes() for name, path in paths.items()}
    before = {name: paths[name].stat() for name in rest}
    paths[missing].unlink()
    paths[empty].write_bytes(b"")
    with Image.open(paths[small]) as image:
        image.reduce(2).save(paths[small])
    with Image.open(paths[plain]) as image:
        image.save(paths[plain])  # all pixels, no smaller copies
    archives = [bench.store.photos.archive_path("sayno", name) for name in paths]
    written = [archive.stat().st_ctime_ns for archive in archives]
    report = bench.sync(remake=True)
    assert report.remade == [missing, empty, small, plain]
    assert (report.agreed, report.asked) == (5, 0), "none had to be fetched again"
    assert {name: path.read_bytes() for name, path in paths.items()} == good
    assert {name: paths[name].stat().st_ino for name in rest} == {name: one.st_ino for name, one in before.items()}
    assert [archive.stat().st_ctime_ns for archive in archives] == written


def test_thumbnails_makes_the_variants_that_are_missing_or_wrong_and_leaves_the_intermediates_alone(
    bench: Bench,
) -> None:
    gone, torn, small, stale, *rest = names = bench.add(5)
    bench.sync()
    photos = bench.store.photos
    paths = {name: [photos.variant_path("sayno", name, variant) for variant in VARIANTS] for name in names}
    good = {path: path.read_bytes() for both in paths.values() for path in both}
    times = {path: path.stat().st_mtime for path in good}
    intermediates = {name: photos.intermediate_path("sayno", name).stat().st_ino for name in names}
    for path in paths[gone]:
        path.unlink()
    _overwrite(paths[torn][0], good[paths[torn][0]][:-100])
    _overwrite(paths[small][0], photos.archive("sayno", small) or b"")
    os.utime(paths[stale][0], (5, 5))
    former = photos.variant_path("sayno", rest[0], "medium")
    former.write_bytes(b"an earlier version made this")
    kept = {path: path.stat().st_ino for name in rest for path in paths[name]}
    assert bench.sync(remake=True, dry_run=True).remade == [gone, torn, small, stale]
    assert not paths[gone][0].exists()
    assert former.exists()
    report = bench.sync(remake=True)
    assert not former.exists()
    assert report.remade == [gone, torn, small, stale]
    assert (report.agreed, report.asked) == (5, 0)
    assert {path: path.read_bytes() for path in good} == good
    assert {path: path.stat().st_mtime for path in good} == times
    assert {path: path.stat().st_ino for path in kept} == kept
    assert {name: photos.intermediate_path("sayno", name).stat().st_ino for name in names} == intermediates
    assert bench.sync(remake=True).remade == []


def test_an_intermediate_without_a_placeholder_gets_one(bench: Bench) -> None:
    (name,) = bench.add(1)
    bench.sync()
    path = bench.store.photos.intermediate_path("sayno", name)
    good = path.read_bytes()
    chunk = 12 + int.from_bytes(good[33:37], "big")
    copies_at = 33 + chunk
    length = int.from_bytes(good[copies_at : copies_at + 4], "big")
    body = b"coPY" + (len(good) - chunk).to_bytes(4, "big") + good[copies_at + 12 : copies_at + 8 + length]
    old = good[:33] + length.to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    _overwrite(path, old + good[copies_at + 12 + length :])
    assert bench.store.photos.placeholders("sayno", [name]) == {name: None}
    assert bench.sync(remake=True).remade == [name]
    assert path.read_bytes() == good
    assert bench.store.photos.placeholders("sayno", [name]) != {name: None}


def test_what_a_removal_that_was_cut_off_left_of_a_photo_goes_with_the_next_sync(bench: Bench) -> None:
    one, two = bench.add(2)
    bench.sync()
    bench.standin.delete(one)
    bench.store.photos.archive_path("sayno", one).unlink()
    bench.store.photos.intermediate_path("sayno", one).unlink()
    bench.sync()
    assert bench.store.photos.holders(one) == {}
    assert set(bench.store.photos.pairs("sayno")) == {two}
    assert bench.is_true()


def _overwrite(path: Path, data: bytes) -> None:
    """Changes the content, but keeps the modification time."""
    times = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_an_archive_that_is_broken_cannot_give_an_intermediate_and_is_fetched_again(bench: Bench) -> None:
    one, *_ = bench.add(2)
    bench.sync()
    bench.store.photos.intermediate_path("sayno", one).unlink()
    bench.store.photos.archive_path("sayno", one).write_bytes(b"no picture")
    report = bench.sync(remake=True)
    assert report.repaired == [one]
    assert bench.is_true()
    assert "cannot be remade" in bench.log()[-2]


# The command


def test_the_command_reports_in_words_and_in_json(bench: Bench) -> None:
    names = bench.add(12)
    orphans(bench.store, 1)
    done = run("sync", "--dry-run", environ=bench.environ)
    assert done.returncode == 0
    assert "12  (approved there, not here)" in done.stdout
    assert "and 2 more" in done.stdout
    assert "gone/sayno/000" in done.stdout
    assert "Admin API calls" in done.stdout
    assert "@" not in done.stdout + done.stderr
    told = json.loads(run("sync", "sayno", "--json", environ=bench.environ).stdout)
    assert told["totals"] == {"missed": 12, "stale": 0, "orphaned": 1, "repaired": 13, "unreachable": 0}
    assert told["campaigns"][0]["missed"] == names
    assert told["calls"] == 2 + 13
    assert {line.rpartition(" ")[2] for line in bench.log()} == {f"request={told['request_id']}"}, "also from threads"
    unknown = run("sync", "nowhere", environ=bench.environ)
    assert (unknown.returncode, unknown.stderr.startswith("Error: There is no campaign 'nowhere'")) == (1, True)


# Pure decisions

SAYNO = Campaign("sayno", "Say No", "sayno")


def asset(public_id: str = "a", version: int = 7, folder: str = "sayno", *, approved: bool = True) -> Asset:
    return Asset(public_id, "id", folder, version, approved, 0.0, "ann@example.org", "https://x")


def held(version: int = 7, email: str = "ann@example.org") -> Held:
    return Held(True, Tags(email, "a", "id", version))


@pytest.mark.parametrize(
    ("rows", "here", "suspicions"),
    [
        ([asset()], {"a": held()}, {}),
        ([asset()], {}, {"a": "missing"}),
        ([asset(approved=False)], {}, {}),
        ([asset(folder="other")], {}, {}),
        ([asset(approved=False)], {"a": held()}, {"a": "unlisted"}),
        ([asset(folder="other")], {"a": held()}, {"a": "unlisted"}),
        ([], {"a": held()}, {"a": "unlisted"}),
        ([asset()], {"a": held(version=6)}, {"a": "differs"}),
        ([asset()], {"a": held(email="b@example.org")}, {"a": "differs"}),
        ([asset()], {"a": held(email="mailto:Ann@EXAMPLE.org.")}, {}),
        ([asset()], {"a": Held(False)}, {"a": "differs"}),
        ([asset("b"), asset("a")], {}, {"a": "missing", "b": "missing"}),
    ],
)
def test_what_has_to_be_asked_about(rows: list[Asset], here: dict[str, Held], suspicions: dict[str, str]) -> None:
    plan = SyncPlan(SAYNO, here)
    plan.compare(rows)
    assert {work.hint.public_id: work.suspicion for work in plan.work()} == suspicions
    plan = SyncPlan(SAYNO, here)
    plan.add(rows)  # another list returns as many, and proves nothing
    assert {work.hint.public_id for work in plan.work()} == {*suspicions, *here}


@pytest.mark.parametrize(
    ("suspicion", "outcome", "drift"),
    [
        ("missing", Outcome("a", "stored", "sayno"), "missed"),
        ("differs", Outcome("a", "stored", "sayno"), "stale"),
        ("unlisted", Outcome("a", "stored", "sayno"), "stale"),
        ("unlisted", Outcome("a", "stored", "other"), "orphaned"),
        ("unlisted", Outcome("a", "removed", "sayno"), "orphaned"),
        ("differs", Outcome("a", "removed", "sayno", "no picture"), "stale"),
        ("missing", Outcome("a", "ignored", "sayno", "no picture"), "missed"),
        ("missing", Outcome("a", "unchanged", "sayno"), None),
        ("unlisted", Outcome("a", "unchanged", "sayno"), None),
        ("missing", Outcome("a", "ignored"), None),
    ],
)
def test_what_an_outcome_says_was_wrong(suspicion: Any, outcome: Outcome, drift: str | None) -> None:
    assert judge("sayno", suspicion, outcome) == drift


def test_after_the_cursor_come_those_that_are_left_then_all_others() -> None:
    work = [Work(Hint(name), "missing") for name in "abcd"]
    assert [one.hint.public_id for one in from_cursor(work, "b")] == ["c", "d", "a", "b"]
    assert list(from_cursor(work, "")) == work


@pytest.mark.parametrize(
    ("folders", "campaigns"),
    [
        (("sayno", "sayno2"), ["sayno", "below"]),
        (("say", "elsewhere"), []),
        (("sayno/deep", "x"), ["below"]),
        (("x", "other"), ["other"]),
        ((), []),
    ],
)
def test_a_renamed_folder_concerns_the_campaigns_in_it_and_below(
    folders: tuple[str, ...], campaigns: list[str]
) -> None:
    rules = [SAYNO, Campaign("below", "Below", "sayno/deep"), Campaign("other", "Other", "other")]
    assert concerned(rules, folders) == campaigns


# Syncs that would remove many photos


def rename_folder(bench: Bench, folder: str) -> None:
    """Sets sayno's folder in campaigns.toml."""
    path = Path(bench.environ["COLLAGEN_CAMPAIGNS"])
    path.write_text(path.read_text().replace("[sayno]", f'[sayno]\nfolder = "{folder}"'))


@pytest.mark.parametrize(
    ("going", "held", "expected"), [(5, 5, False), (6, 6, True), (6, 30, False), (6, 29, True), (200, 1000, False)]
)
def test_more_than_five_photos_and_a_fifth_of_a_campaign_are_too_many(going: int, held: int, expected: bool) -> None:
    assert too_many(going, held) == expected


def test_a_misspelt_folder_removes_nobody_and_says_what_looks_wrong(bench: Bench) -> None:
    bench.add(8)
    rename_folder(bench, "sayn0")
    for name in ("a", "b"):
        bench.store.photos.put("sayno", name, b"archive", b"intermediate", 1)
    orphans(bench.store, 6)
    report = bench.sync()
    assert (len(report.withheld), report.repaired) == (8, [])
    assert len(bench.store.photos.all("sayno")) == 8
    assert report.doubt.startswith("8 of the 8 photos of sayno would go at once. Cloudinary has no photo in the folder")
    assert "'sayn0'" in report.doubt
    assert len(asked_about(bench.standin)) == 8, "each is looked up once"


def test_where_the_last_sync_followed_other_rules_nobody_is_removed_and_nothing_stored(bench: Bench) -> None:
    names = bench.add(3)
    bench.sync()
    bench.add(2, "sayn0")
    rename_folder(bench, "sayn0")
    with pytest.raises(SettingError, match=r"^3 of the 3 photos .* had the folder 'sayno', .*'sayn0'.*--yes$"):
        bench.sync()
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == names
    assert len(bench.sync(sure=True).repaired) == 5
    assert bench.sync().repaired == []  # the rules of the last sync are these now
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["sayn0/000", "sayn0/001"]


def test_a_folder_that_was_renamed_there_and_here_needs_nobodys_word(bench: Bench) -> None:
    names = bench.add(3)
    bench.sync()
    for name in names:
        bench.standin.move(name, "say-no", notify=False)
    rename_folder(bench, "say-no")
    assert (bench.sync().agreed, bench.sync().agreed) == (3, 3)


def test_many_that_were_rejected_go_where_somebody_is_sure(bench: Bench) -> None:
    names = bench.add(8)
    bench.sync()
    for name in names[:6]:
        bench.standin.reject(name, notify=False)
    foreseen = bench.sync(dry_run=True)
    assert (len(foreseen.orphaned), foreseen.withheld) == (6, [])
    report = bench.sync()
    assert report.withheld == foreseen.orphaned == report.orphaned == names[:6]
    assert report.doubt == foreseen.doubt
    assert report.doubt.endswith("Cloudinary says that they are not approved there any more")
    assert len(bench.store.photos.all("sayno")) == 8
    assert bench.sync(sure=True).repaired == names[:6]
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == names[6:]


def test_the_command_keeps_them_too_and_names_the_way_to_remove_them(bench: Bench) -> None:
    names = bench.add(6)
    bench.sync()
    for name in names:
        bench.standin.reject(name, notify=False)
    refused = run("sync", "sayno", environ=bench.environ)
    assert refused.returncode == 1
    said = refused.stderr.splitlines()[-1]
    assert said.startswith("Error: 6 of the 6 photos of sayno would go at once. Cloudinary")
    assert said.endswith("if they should be, run python -m app sync sayno --yes")
    assert len(bench.store.photos.all("sayno")) == 6
    assert run("sync", "sayno", "--yes", environ=bench.environ).returncode == 0
    assert bench.store.photos.all("sayno") == []
