"""Builds as background jobs: one per campaign, at lower priority, without a trace if killed."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.core import limits
from app.core.errors import BadParameters, CollageInProgress, NotFound, StoreUnavailable
from app.services.collage import job, memory
from app.services.collage.bands import bands
from app.services.collage.finish import Finish
from app.services.collage.job import Build
from app.services.collage.plan import Parameters, plan
from scripts.sandbox.stored import CAMPAIGN, break_both, name, put, seated
from scripts.sandbox.waiting import wait_for
from tests.support import counted
from tests.support.jobs import run_job
from tests.support.tiers import sampled

SMALL = Parameters(width=240, height=240)
ROOT = Path(__file__).parents[3]


class Gate:
    """A photo that cannot be read before the gate is opened: its intermediate is a pipe that nobody writes to."""

    def __init__(self, store: Store, index: int, campaign: str = CAMPAIGN) -> None:
        self.path = store.photos.intermediate_path(campaign, name(index))
        self._picture = self.path.read_bytes()
        self.path.unlink()
        os.mkfifo(self.path)

    def connect(self) -> int:
        """Waits until someone reads, and returns the descriptor on which they wait. A later read finds the picture."""

        def connected() -> int | None:
            try:
                return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody is there yet
                return None

        descriptor = wait_for(connected, f"someone read {self.path}")
        assert descriptor is not None
        os.set_blocking(descriptor, True)
        self.remove()
        return descriptor

    def open(self) -> None:
        """Waits until someone reads, and hands over as much of the picture as they want to read."""
        with contextlib.suppress(BrokenPipeError), os.fdopen(self.connect(), "wb", buffering=0) as pipe:
            pipe.write(self._picture)

    def remove(self) -> None:
        """Puts the picture back in place of the pipe."""
        self.path.unlink()
        self.path.write_bytes(self._picture)


Start = Callable[..., Build]


@pytest.fixture
def start(store: Store) -> Iterator[Start]:
    """Starts builds, and stops those still running after the test."""
    started: list[Build] = []

    def start(campaign: str = CAMPAIGN, wish: Parameters = SMALL) -> Build:
        started.append(job.start(store, campaign, wish))
        return started[-1]

    yield start
    for build in started:
        if build.process.poll() is None:
            build.process.kill()
            build.process.wait(300)


def state(store: Store, build: Build) -> dict[str, Any]:
    return store.collages.draft_state(CAMPAIGN, build.id)


def leftovers(store: Store) -> list[str]:
    top = store.root.path / CAMPAIGN / "collages"
    return sorted(path.name for path in top.iterdir() if path.name.startswith(".tmp-"))


def assert_the_lock_is_free(store: Store) -> None:
    os.close(store.collages.begin(CAMPAIGN).lock)


def finish(build: Build) -> None:
    assert build.wait(300)
    assert build.process.returncode == 0


def kill(build: Build) -> None:
    (before,) = counted.own("collagen_build_seconds_count", ["killed"])
    os.kill(build.process.pid, signal.SIGKILL)
    assert build.wait(300)
    assert build.process.returncode == -signal.SIGKILL
    wait_for(lambda: counted.own("collagen_build_seconds_count", ["killed"]) == [before + 1], "it was counted")


def test_start_returns_while_the_collage_is_being_built(store: Store, start: Start) -> None:
    put(store, range(4))
    gate = Gate(store, 0)
    build = start()
    assert build.id == "0001"
    assert build.wait(0.05) is False
    assert state(store, build)["state"] == "building"
    assert store.collages.ids(CAMPAIGN) == []
    with pytest.raises(NotFound):
        store.collages.manifest(CAMPAIGN, build.id)
    gate.open()
    assert build.wait(300) is True
    assert build.process.returncode == 0
    assert store.collages.ids(CAMPAIGN) == ["0001"]
    assert list(store.collages.manifest(CAMPAIGN, build.id).shown) == [name(index) for index in range(4)]
    assert leftovers(store) == []


def test_a_second_start_is_refused_while_the_first_is_at_work(store: Store, start: Start) -> None:
    put(store, range(4))
    gate = Gate(store, 0)
    build = start()
    for _ in range(2):
        with pytest.raises(CollageInProgress, match=rf"^[^\n]*{CAMPAIGN}[^\n]*\.$"):
            start()
    assert state(store, build)["state"] == "building"
    gate.open()
    finish(build)
    assert store.collages.ids(CAMPAIGN) == ["0001"]
    following = start()
    finish(following)
    assert store.collages.ids(CAMPAIGN) == ["0001", "0002"]


def test_another_campaign_may_build_at_the_same_time(store: Store, start: Start) -> None:
    put(store, range(4))
    put(store, range(3), campaign="other")
    gate = Gate(store, 0)
    build = start()
    other = start("other")
    finish(other)
    assert store.collages.ids("other") == ["0001"]
    assert state(store, build)["state"] == "building"
    gate.open()
    finish(build)


def test_progress_is_seen_to_rise(store: Store, start: Start) -> None:
    put(store, range(60))
    tall = Parameters(width=240, height=1800)
    grid = plan(store, CAMPAIGN, tall).grid
    rows = [band.first for band in bands(grid)]
    gates = [Gate(store, rows[number] * grid.cols) for number in (1, 3, 5)]
    build = start(wish=tall)

    seen: list[float] = []

    def rises() -> bool:
        now = state(store, build)
        assert now["state"] == "building"
        if now["progress"] <= max(seen, default=0):
            return False
        seen.append(now["progress"])
        return True

    wait_for(rises, "the first band was rendered")
    for gate in gates[:-1]:
        time.sleep(0.3)  # it is noted at most four times a second
        gate.open()
        wait_for(rises, f"progress rose over {seen[-1]}")
    assert seen[-1] < 0.5
    gates[-1].open()
    finish(build)


def renderers(build: Build) -> list[int]:
    """The processes that render for a build: their IDs."""
    tasks = Path(f"/proc/{build.process.pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


@pytest.mark.skipif(job.CORES < 2, reason="on one core the build renders itself")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked for in /proc")
def test_a_build_fails_whose_renderer_is_killed_and_a_build_that_is_killed_leaves_none(
    store: Store, start: Start
) -> None:
    put(store, range(60))
    tall = Parameters(width=240, height=1800)
    gate = Gate(store, 0)
    build = start(wish=tall)
    reading = gate.connect()  # it is rendering by now
    victim, *others = renderers(build)
    os.kill(victim, signal.SIGKILL)
    assert build.wait(300)
    os.close(reading)
    assert build.process.returncode == 1
    assert state(store, build)["state"] == "failed"
    assert store.collages.ids(CAMPAIGN) == []
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in others), "no renderer was left")
    assert_the_lock_is_free(store)

    gate = Gate(store, 0)
    build = start(wish=tall)
    reading = gate.connect()
    left = renderers(build)
    kill(build)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), "no renderer was left")
    os.close(reading)


def test_a_build_that_is_killed_leaves_no_collage_and_the_next_one_clears_up(store: Store, start: Start) -> None:
    put(store, range(4))
    gate = Gate(store, 1)
    build = start()
    kill(build)
    assert store.collages.ids(CAMPAIGN) == []
    reported = state(store, build)
    assert reported["id"] == build.id
    assert reported["state"] == "failed"
    assert reported["error"].endswith(".")
    with pytest.raises(NotFound):
        store.collages.manifest(CAMPAIGN, build.id)
    assert leftovers(store) == [".tmp-0001"]

    gate.remove()
    following = start()
    assert following.id == "0002"  # a number is never used twice
    finish(following)
    assert store.collages.ids(CAMPAIGN) == ["0002"]
    assert leftovers(store) == []
    with pytest.raises(NotFound):  # the state is the newest one's
        state(store, build)


@pytest.mark.parametrize("files", sampled([1, 2, 3], every=3), ids=["master", "first derivative", "second derivative"])
def test_a_build_that_is_killed_amid_its_files_leaves_no_collage(store: Store, start: Start, files: int) -> None:
    put(store, range(4))
    build = start(wish=Parameters(width=1600, height=1600))
    draft = store.root.path / CAMPAIGN / "collages" / f".tmp-{build.id}"
    wait_for(lambda: len(list(draft.glob("collage*"))) >= files or build.process.poll() is not None, "files appeared")
    build.process.kill()
    assert build.wait(300)
    if build.process.returncode == 0:  # it was faster
        assert store.collages.ids(CAMPAIGN) == [build.id]
    elif build.id not in store.collages.ids(CAMPAIGN):  # it may have been killed after the collage was in place
        assert state(store, build)["state"] == "failed"
    following = start()
    assert following.id == "0002"
    finish(following)
    assert store.collages.ids(CAMPAIGN)[-1] == "0002"
    assert leftovers(store) == []


def test_a_file_half_written_by_a_dead_build_does_not_stop_the_next(store: Store, start: Start) -> None:
    """Progress notes are written beside the collages."""
    put(store, range(2))
    gate = Gate(store, 0)
    kill(start())
    gate.remove()
    (store.root.path / CAMPAIGN / "collages" / ".tmp-1234567890123456").write_bytes(b'{"id": "00')
    following = start()
    assert following.id == "0002"
    finish(following)
    assert store.collages.ids(CAMPAIGN) == ["0002"]
    assert leftovers(store) == []


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


@pytest.mark.skipif(niceness(0) == 19, reason="the tests themselves have the lowest priority there is")
def test_a_build_has_lower_priority_than_we_have(store: Store, start: Start) -> None:
    put(store, range(4))
    gate = Gate(store, 0)
    build = start()
    wait_for(lambda: niceness(build.process.pid) > niceness(0), "the build had lower priority")
    # and so had each of its threads: they all inherit it
    gate.open()

    def every_thread_has_lower_priority() -> bool:
        threads = Path(f"/proc/{build.process.pid}/task")
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):  # one of them has just ended
            return build.process.poll() is not None or all(
                niceness(int(thread.name)) > niceness(0) for thread in threads.iterdir()
            )
        return False

    wait_for(every_thread_has_lower_priority, "every thread had lower priority")
    assert build.wait(300)


def test_a_build_cannot_take_the_machines_memory_and_is_ended_first_where_there_is_none(
    store: Store, start: Start
) -> None:
    put(store, range(4))
    gate = Gate(store, 0)
    build = start()
    gate.connect()
    soft, hard = resource.prlimit(build.process.pid, resource.RLIMIT_DATA)
    assert soft == limits.BUILD_BYTES
    assert hard == limits.BUILD_BYTES + memory.RESERVE
    assert Path(f"/proc/{build.process.pid}/oom_score_adj").read_text().strip() == "1000"
    build.process.kill()
    build.wait(300)


def test_a_build_that_wants_more_memory_than_it_may_have_fails_and_leaves_nothing(store: Store) -> None:
    put(store, range(4))
    code = (
        "from app.core import limits; limits.BUILD_BYTES = 80_000_000;from app.services.collage import job; job.main()"
    )
    wish: dict[str, Any] = {"photos": None, "width": 4096, "height": 4096, "exclude": [], "finish": asdict(Finish())}
    draft, done = run_job(store, wish, code, env=os.environ | job.ENVIRONMENT)
    assert done.returncode != 0
    state = store.collages.draft_state(CAMPAIGN, draft.id)
    assert state["state"] == "failed"
    assert "more than the 80 MB of memory" in state["error"]
    assert list(draft.directory.iterdir()) == []
    assert store.collages.ids(CAMPAIGN) == []
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="zombies are looked for in /proc")
@pytest.mark.parametrize("killed", [False, True], ids=["finished", "killed"])
def test_no_zombie_is_left_though_nobody_waits_for_the_build(store: Store, start: Start, killed: bool) -> None:
    put(store, range(2))
    gate = Gate(store, 0)
    pid = start().process.pid
    if killed:
        os.kill(pid, signal.SIGKILL)
    else:
        gate.open()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the process was gone")


def test_a_failing_build_notes_why(store: Store, start: Start) -> None:
    people = put(store, range(3))
    break_both(store, *people)
    build = start()
    assert build.wait(300)
    assert build.process.returncode == 1
    assert state(store, build) == {
        "id": "0001",
        "state": "failed",
        "error": "None of the campaign's photos can be read; python -m app check says why.",
    }
    assert store.collages.ids(CAMPAIGN) == []


def test_a_store_that_vanishes_and_returns_has_a_failed_build_and_nothing_else(store: Store, start: Start) -> None:
    put(store, range(4))
    gate = Gate(store, 0)
    top, elsewhere = store.root.path, store.root.path.with_name("elsewhere")
    build = start()
    reading = gate.connect()
    top.rename(elsewhere)
    top.mkdir()  # the mount point stays
    os.close(reading)  # all that the build receives is an end of file
    assert build.wait(300)
    assert build.process.returncode == 1
    assert list(top.iterdir()) == []
    top.rmdir()
    elsewhere.rename(top)
    assert store.collages.ids(CAMPAIGN) == []
    assert state(store, build)["state"] == "failed"
    assert_the_lock_is_free(store)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, None])
def test_the_lock_is_free_after_any_end(store: Store, start: Start, end: signal.Signals | None) -> None:
    put(store, range(2))
    gate = Gate(store, 0)
    build = start()
    if end is None:
        gate.open()
        finish(build)
    else:
        os.close(gate.connect())  # it is at work by now
        build.process.send_signal(end)
        assert build.wait(300)
    assert_the_lock_is_free(store)


def test_the_lock_is_free_after_a_failure(store: Store, start: Start) -> None:
    break_both(store, *put(store, range(2)))
    assert start().wait(300)
    assert_the_lock_is_free(store)


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (Parameters(photos=0), BadParameters),
        (Parameters(width=3), BadParameters),
        (Parameters(exclude=[name(0), name(1)]), BadParameters),
    ],
)
def test_what_is_refused_starts_nothing(store: Store, start: Start, wish: Parameters, error: type[Exception]) -> None:
    put(store, range(2))
    with pytest.raises(error):
        start(wish=wish)
    assert not (store.root.path / CAMPAIGN / "collages").exists()
    build = start()
    assert build.id == "0001"
    finish(build)


def test_a_store_that_is_not_there_starts_nothing(store: Store, start: Start) -> None:
    put(store, range(2))
    (store.root.path / ".collagen").unlink()
    with pytest.raises(StoreUnavailable):
        start()
    assert not (store.root.path / CAMPAIGN / "collages").exists()


def test_parameters_of_any_length_reach_the_build(store: Store, start: Start) -> None:
    """An order of a megabyte does not fit into a pipe; start() does not wait until it is read."""
    put(store, range(8))
    gate = Gate(store, 1)
    many = [name(0)] * 100_000
    build = start(wish=Parameters(photos=5, width=300, height=200, exclude=many))
    gate.open()
    finish(build)
    manifest = store.collages.manifest(CAMPAIGN, build.id).as_json()
    assert manifest["canvas"] == {"width": 300, "height": 200}
    assert 1 <= len(seated(manifest)) <= 5
    assert name(0) not in seated(manifest) + manifest["left_out"]


def test_a_build_outlives_the_process_that_started_it(store: Store) -> None:
    """Replacing a web worker does not end the build."""
    put(store, range(4))
    gate = Gate(store, 0)
    script = f"""
import sys, time
from pathlib import Path
from app.core import limits
from app.services.collage import job as process
from app.services.collage.plan import Parameters
from app.adapters.store import Store

build = process.start(Store(Path(sys.argv[1])), {CAMPAIGN!r}, Parameters(width=240, height=240))
print(build.process.pid, flush=True)
while build.process.stdin and not build.process.stdin.closed:  # until the order is handed over
    time.sleep(0.01)
"""
    command = [sys.executable, "-c", script, str(store.root.path)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=300)
    with pytest.raises(CollageInProgress):
        store.collages.begin(CAMPAIGN)
    gate.open()
    wait_for(lambda: store.collages.ids(CAMPAIGN), "the collage was finished")

    def lock_is_free() -> bool:  # when the process ends, which is after the collage is finished
        with contextlib.suppress(CollageInProgress):
            assert_the_lock_is_free(store)
            return True
        return False

    wait_for(lock_is_free, "the lock was given up")
