"""Collagen as it really runs: gunicorn with several workers, signed notifications over HTTP, faults, kills."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox import mirror
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.service import ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import distinct
from scripts.sandbox.waiting import wait_for
from tests.support import child
from tests.support.running import running, service, store
from tests.support.tiers import sampled

__all__ = ["running", "service", "store"]

WORKERS = 2


@pytest.mark.parametrize("algorithm", sampled(["sha1", "sha256"], every=2))
def test_from_approval_to_collage(service: Service, standin: Standin, store: Store, algorithm: str) -> None:
    # or the picture may be gone before it is fetched, and requested again
    standin.settings(signature=algorithm, deliver_rejected=True)
    for seed in range(4):
        standin.upload(person(seed), f"p/{seed}", folder="sayno", email=f"p{seed}@example.org")
        standin.approve(f"p/{seed}")
    standin.reject("p/3")
    standin.wait_idle()
    assert {delivery["outcome"] for delivery in standin.deliveries()} == {"delivered"}
    assert [photo.public_id for photo in store.photos.all("sayno")] == ["p/0", "p/1", "p/2"]
    answer = service.build("sayno", width=300, height=400)
    assert answer.status_code == 201
    assert {tile["public_id"] for tile in answer.json()["tiles"]} <= {"p/0", "p/1", "p/2"}
    assert not [line for line in service.log if "@example.org" in line]


def test_a_storm_of_shuffled_doubled_and_failing_notifications_ends_in_the_truth(
    service: Service, standin: Standin, store: Store, exiftool: ExifTool
) -> None:
    chance = random.Random(7)
    standin.settings(retry_delays=[0.3, 0.6, 1.2], at_once=12)
    for kind, seed in (("duplicate", 1), ("reorder", 2)):
        standin.faults("notify", kind, times=None, probability=0.3, seed=seed, **({"window": 0.5} if seed == 2 else {}))
    faults: list[tuple[str, str, dict[str, float]]] = [
        ("api", "status", {"status": 503}),
        ("api", "rate_limit", {}),
        ("api", "empty", {}),
        ("api", "delay", {"seconds": 0.1}),
        ("delivery", "cut", {}),
        ("delivery", "html", {}),
        ("delivery", "processing", {}),
    ]
    for seed, (call, kind, rule) in enumerate(faults):
        standin.faults(call, kind, times=120, probability=0.03, seed=seed, **rule)
    photos = [f"p/{number}" for number in range(12)]
    for number, public_id in enumerate(photos):
        folder = chance.choice(["sayno", "sayno", "other", "holidays"])
        standin.upload(person(number % 6), public_id, folder=folder, email=f"p{number}@example.org")
    while len(standin.notifications()) < 80:
        public_id = chance.choice(photos)
        change = chance.choice(["approve", "approve", "approve", "reject", "move", "email", "overwrite", "same"])
        if change == "approve":
            standin.approve(public_id)
        elif change == "reject":
            standin.reject(public_id)
        elif change == "move":
            standin.move(public_id, chance.choice(["sayno", "other", "test_prototype", "holidays"]))
        elif change == "email":
            standin.set_email(public_id, f"new{chance.randrange(1000)}@example.org")
        elif change == "overwrite":
            standin.overwrite(public_id, person(chance.randrange(6)))
        elif told := [one for one in standin.notifications() if public_id in str(one["payload"])]:
            standin.send(chance.choice(told)["payload"])  # an old one once more
    standin.delete(*photos[:3])
    standin.wait_idle()
    lost = [one for one in standin.deliveries() if one["outcome"] == "given up"]
    # a webhook never gets what Cloudinary gave up on; one last change to those photos repairs them
    standin.clear_faults()
    for public_id in photos:
        standin.send({"notification_type": "upload", "public_id": public_id}) if lost else None
    standin.wait_idle()
    assert {one["status"] for one in standin.deliveries()} <= {200, 503}
    assert mirror.held(store, exiftool) == mirror.expected(standin)
    assert mirror.leftovers(store) == []
    for campaign, public_id in mirror.held(store, exiftool):
        address = standin.asset(public_id)["context"]["email"]
        stored = mirror.user_comment(store.photos.archive_path(campaign, public_id))
        assert stored == address or campaign == "test_prototype"


def test_a_killed_build_leaves_no_collage_and_the_next_one_works(service: Service, store: Store) -> None:
    fill(store, 40)
    location = service.url + service.build("sayno", wait=0).headers["Location"]
    wait_for(lambda: service.admin.get(location).json().get("progress", 1) >= 0.1, "a tenth was built")
    os.kill(building(service), signal.SIGKILL)
    wait_for(lambda: service.admin.get(location).json()["state"] != "building", "the build was over")
    state = service.admin.get(location).json()
    assert (state["state"], "start another" in state["error"]) == ("failed", True)
    assert store.collages.ids("sayno") == []
    answer = service.build("sayno", width=600, height=600)
    assert (answer.status_code, store.collages.ids("sayno")) == (201, [answer.json()["id"]])
    assert mirror.leftovers(store) == []


def test_health_and_webhooks_are_answered_while_a_collage_is_built(
    service: Service, standin: Standin, store: Store
) -> None:
    fill(store, 12)
    standin.settings(deliver_rejected=True)  # or the picture may be gone before it is fetched, and requested again
    standin.upload(person(1), "new", folder="other")
    location = service.url + service.build("sayno", wait=0, width=1000, height=1000).headers["Location"]
    answers = 0

    def built() -> bool:
        nonlocal answers
        if service.admin.get(location).json()["state"] != "building":
            return True
        assert requests.get(f"{service.url}/health").status_code == 200
        if answers < 10:  # each second one has the photo fetched and decoded
            standin.moderate("new", "approved" if answers % 2 == 0 else "rejected")
            answers += 1
        return False

    wait_for(built, "the collage was built")
    standin.wait_idle()
    assert answers > 5
    assert {delivery["status"] for delivery in standin.deliveries()} == {200}


def test_two_requests_at_once_make_one_collage(service: Service, store: Store) -> None:
    fill(store, 12)
    answers: list[requests.Response] = []
    threads = [
        threading.Thread(target=lambda: answers.append(service.build("sayno", wait=0, width=900, height=900)))
        for _ in "12"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    [begun] = [answer for answer in answers if answer.status_code == 202]
    location = service.url + begun.headers["Location"]
    wait_for(lambda: service.admin.get(location).json()["state"] != "building", "the collage was built")
    assert store.collages.ids("sayno") == ["0001"]


@pytest.mark.parametrize(
    ("change", "named"),
    sampled(
        [
            ({"CLOUDINARY_URL": ""}, "CLOUDINARY_URL"),
            ({"CLOUDINARY_URL": "https://key:secret@cloud"}, "CLOUDINARY_URL"),
            ({"COLLAGEN_CAMPAIGNS": "/nonexistent/campaigns.toml"}, "COLLAGEN_CAMPAIGNS"),
            ({"PATH": "/nonexistent"}, "exiftool"),
            ({"COLLAGEN_LOG": "xml"}, "COLLAGEN_LOG"),
        ],
        every=3,
    ),
)
def test_a_missing_setting_or_tool_stops_the_start_with_one_line_that_names_it(
    standin: Standin, store: Store, change: dict[str, str], named: str
) -> None:
    environ = os.environ | environment(standin, store.root.path) | change
    command = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", "127.0.0.1:0", "app.web.app:create_app()"]
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode != 0
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("[")]
    assert line.startswith("Collagen cannot start: ")
    assert named in line
    assert "secret" not in line.replace("key:secret@cloud", "")


def test_workers_inherit_libraries_but_no_thread_and_nothing_of_the_application() -> None:
    said = child.run("""
        import runpy, sys
        from pathlib import Path
        config = runpy.run_path("deploy/gunicorn.conf.py")
        config["when_ready"](None)
        print("requests" in sys.modules, [name for name in sys.modules if name.partition(".")[0] == "app"])
        print(len(list(Path("/proc/self/task").iterdir())))
    """)
    assert said == "True []\n1\n"


def fill(store: Store, people: int) -> None:
    for number in range(people):
        files = prepared(number % 6)
        picture = distinct(files.intermediate, number)
        store.photos.put("sayno", f"p{number}", files.archive, picture, 1_700_000_000 + number)


def building(service: Service) -> int:
    """The building process, among the workers' children."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if b"app.services.collage.job" in path.read_bytes():
            parent = int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
            grandparent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
            if grandparent == service.process.pid:
                return int(path.parent.name)
    raise AssertionError("nothing is being built")
