"""Each operation on the disk fails in turn, in every way: afterwards the old or the new state is there."""

from __future__ import annotations

import errno
import itertools
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.adapters.store import Store
from app.adapters.store.files import Files
from app.adapters.store.lines import append_line
from app.core.errors import StoreUnavailable
from tests.support import child
from tests.support.failing import (
    FailingDisk,
    PowerCut,
    dies_after,
    dies_before,
    dies_within,
    fails,
    fills,
    lies,
    loses_its_directory,
    unmounts,
)
from tests.support.store_actions import ACTIONS, INTERMEDIATE, log_line, variants_are
from tests.support.tiers import sampled

WAYS: dict[str, Callable[[Path], Any]] = {
    "no room": lambda store: fails(errno.ENOSPC),
    "read-only": lambda store: fails(errno.EROFS),
    "stale": lambda store: fails(errno.ESTALE),
    "broken": lambda store: fails(errno.EIO),
    "gone": lambda store: loses_its_directory,
    "done, says broken": lambda store: lies(errno.EIO),
    "done, says gone": lambda store: lies(errno.ENOENT),
    "room for half": lambda store: fills,
    "dies before": lambda store: dies_before,
    "dies within": lambda store: dies_within,
    "dies after": lambda store: dies_after,
    "unmounted": unmounts,
}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Path]:
    """A directory for stores, in memory if possible."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as directory:
        yield Path(directory)


def temporary(path: Path) -> list[Path]:
    return [found for found in path.rglob("*") if found.name.startswith((".tmp-", ".old-"))]


# the store reports these as the same error as "broken": one action that meets them all is enough
LIKE_BROKEN = ("no room", "read-only", "stale")
CASES = [
    (action, way) for action in ACTIONS for way in WAYS if way not in LIKE_BROKEN or action == "put over an old one"
]


@pytest.mark.parametrize(("action", "way"), sampled([*CASES], every=3))
def test_whatever_operation_fails_leaves_the_old_state_or_the_new(stores: Path, action: str, way: str) -> None:
    before, act, always, done = ACTIONS[action]
    for number in itertools.count():
        path = stores / str(number) / "store"
        Store(path).root.initialise()
        before(Store(path))
        disk = FailingDisk(number, WAYS[way](path))
        result: BaseException | None = None
        try:
            act(Store(path, disk))
        except (StoreUnavailable, PowerCut) as error:
            result = error
        if path.with_name("unmounted").exists():
            written = [found for found in path.rglob("*") if found.is_file() and found.stat().st_size > 0]
            assert written == [], "where the store was"
            shutil.rmtree(path)
            path.with_name("unmounted").rename(path)
        fresh = Store(path)
        always(fresh)
        if result is None:
            done(fresh)
        fresh.sweep()
        always(fresh)
        assert action != "build one anew" or fresh.collages.ids("sayno") == ["0001"]
        assert temporary(path) == []
        act(fresh)
        done(fresh)
        if action.startswith("put"):
            variants_are(fresh, 1 if "new" in action else 2)
        assert temporary(path) == []
        shutil.rmtree(path)
        if len(disk.done) <= number:
            assert number > 5
            assert result is None
            return


@pytest.mark.parametrize("action", sampled([*ACTIONS], every=3))
def test_a_process_that_is_killed_before_any_operation_leaves_the_old_state_or_the_new(
    stores: Path, action: str
) -> None:
    _, act, always, done = ACTIONS[action]
    said = child.run(
        """
        import itertools, os, signal, sys
        from pathlib import Path
        from app.adapters.store import Store
        from tests.support.failing import FailingDisk
        from tests.support.store_actions import ACTIONS

        before, act, *_ = ACTIONS[sys.argv[2]]
        for number in itertools.count():
            path = Path(sys.argv[1]) / str(number)
            Store(path).root.initialise()
            before(Store(path))
            process = os.fork()
            if process == 0:
                act(Store(path, FailingDisk(number, lambda operation: os.kill(os.getpid(), signal.SIGKILL))))
                os._exit(0)
            if os.waitpid(process, 0)[1] == 0:
                print(number)
                break
        """,
        stores,
        action,
    )
    assert int(said) > 5
    for number in range(int(said) + 1):
        store = Store(stores / str(number))
        always(store)
        store.sweep()
        always(store)
        assert action != "build one anew" or store.collages.ids("sayno") == ["0001"]
        assert temporary(stores / str(number)) == []
        act(store)
        done(store)


def test_an_error_of_the_disk_names_what_failed_and_says_it_in_the_systems_words(tmp_path: Path) -> None:
    Store(tmp_path / "store").root.initialise()
    for number in range(12):
        store = Store(tmp_path / "store", FailingDisk(number, fails(errno.EROFS)))
        with pytest.raises(StoreUnavailable, match=f"The store failed at {tmp_path}.*: Read-only file system."):
            store.photos.put_intermediate("sayno", "p", INTERMEDIATE[1], 1)


def test_a_line_that_a_dead_writer_left_half_written_is_no_line(store: Store) -> None:
    log_line(store)
    log = store.root.path / "sayno/logs/processor.log"
    for torn in (b"2024-05-06T07", b"x" * 10_000):
        with log.open("ab") as file:
            file.write(torn)
        log_line(store)
    assert log.read_text().splitlines() == ["2024-05-06T07:08:09Z SYNCED p a line"] * 3
    log.write_bytes(b"half a first line")
    log_line(store)
    assert log.read_text() == "2024-05-06T07:08:09Z SYNCED p a line\n"


def test_an_empty_mount_point_is_never_written_to(tmp_path: Path) -> None:
    files = Files(require=Store(tmp_path).root.require)
    for write in (
        lambda: files.write_whole(tmp_path / "a/b", b"x"),
        lambda: append_line(files, tmp_path / "a/b", "x"),
        lambda: files.write_whole(tmp_path / "b", b"x"),
        lambda: append_line(files, tmp_path / "b", "x"),
    ):
        with pytest.raises(StoreUnavailable, match="is no store"):
            write()
    assert [path for path in tmp_path.rglob("*") if path.stat().st_size and path.is_file()] == []


# Sweeping


def test_a_sweep_takes_what_dead_writers_left_and_nothing_of_living_ones(store: Store) -> None:
    writer = child.start(
        """
        import os, sys
        from pathlib import Path
        from app.adapters.store import Store, scratch
        from app.adapters.store.disk import Disk

        class Slow(Disk):
            def write(self, descriptor, data):
                super().write(descriptor, data)
                print("writing", flush=True)
                sys.stdin.read()

        with scratch.directory():
            Store(Path(sys.argv[1]), Slow()).photos.put("sayno", "p", b"archive", b"intermediate", 0)
        """,
        store.root.path,
    )
    assert child.line(writer) == "writing"
    (written,) = temporary(store.root.path)
    assert [path for path in store.sweep() if path.is_relative_to(store.root.path)] == []
    assert temporary(store.root.path) == [written]
    child.end(writer)
    found = store.sweep(remove=False)
    assert written in found
    assert written.exists()
    assert [path for path in found if path.name.startswith("collagen-")]
    assert set(found) <= set(store.sweep())
    assert temporary(store.root.path) == []
    assert [path for path in found if path.exists()] == []
    assert store.sweep() == []


def test_a_sweep_of_one_campaign_leaves_the_others_alone(store: Store) -> None:
    for name in ("sayno/approved", "other/approved", ".unfiled/20240506"):
        (store.root.path / name).mkdir(parents=True)
        (store.root.path / name / ".tmp-1").touch()
    swept = {str(path.parent.relative_to(store.root.path)) for path in store.sweep(["sayno"])}
    assert swept == {"sayno/approved", ".unfiled/20240506"}
    assert temporary(store.root.path) == [store.root.path / "other/approved/.tmp-1"]


def test_writers_and_sweepers_at_the_same_time_lose_nothing(stores: Path) -> None:
    store = Store(stores)
    store.root.initialise()
    ended = threading.Event()

    def sweep() -> None:
        while not ended.is_set():
            Store(store.root.path).sweep()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for number in range(300):
            store.root.files.write_whole(store.root.path / "sayno" / str(number), b"x")
    finally:
        ended.set()
        sweeper.join()
    assert len(list((store.root.path / "sayno").iterdir())) == 300


def test_another_users_or_a_running_process_local_directory_is_not_touched(tmp_path: Path) -> None:
    said = child.run(
        """
        import os, sys, tempfile
        from pathlib import Path
        from app.adapters.store import scratch
        tempfile.tempdir = sys.argv[1]
        with scratch.directory() as mine:
            (mine / "photo.jpg").write_bytes(b"a face")
            assert scratch.sweep() == []
            assert (mine / "photo.jpg").exists()
            assert mine.stat().st_mode & 0o077 == 0
        assert not mine.exists()
        os.symlink("/etc", Path(sys.argv[1]) / "collagen-link")
        (Path(sys.argv[1]) / "collagen-file").touch()
        print(scratch.sweep())
        """,
        tmp_path,
    )
    assert said == "[]\n"
    assert {path.name for path in tmp_path.iterdir()} == {"collagen-link", "collagen-file"}
