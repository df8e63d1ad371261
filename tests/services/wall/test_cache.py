"""Cached pictures: found again only for the same sources, whole or not at all, and never too many."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.wall.cache import TEMPORARY, UNUSED, Cache

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Cache]:
    def made(**more: object) -> Cache:
        return Cache(tmp_path / "store", tmp_path / "cache", **more)  # type: ignore[arg-type]

    return made


def files(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_what_was_kept_is_found_by_what_it_was_made_from(make: Callable[..., Cache]) -> None:
    cache = make()
    assert cache.get("sayno/0001-1/9/0_0", KEY) is None
    cache.put("sayno/0001-1/9/0_0", KEY, b"picture")
    assert cache.get("sayno/0001-1/9/0_0", KEY) == b"picture"
    assert make().get("sayno/0001-1/9/0_0", KEY) == b"picture"
    assert cache.get("sayno/0001-1/9/0_0", OTHER) is None
    assert cache.get("sayno/0001-1/9/0_1", KEY) is None


def test_what_takes_its_place_is_all_that_is_left(make: Callable[..., Cache], tmp_path: Path) -> None:
    cache = make()
    cache.put("a", KEY, b"somebody's face")
    cache.put("a", OTHER, b"without it")
    assert (cache.get("a", KEY), cache.get("a", OTHER)) == (None, b"without it")
    assert b"somebody" not in b"".join(path.read_bytes() for path in files(tmp_path))


def test_two_stores_on_one_machine_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = (Cache(tmp_path / name, tmp_path / "cache") for name in ("one", "other"))
    one.put("sayno/0001-1/9/0_0", KEY, b"picture")
    assert other.get("sayno/0001-1/9/0_0", KEY) is None


def test_a_truncated_picture_counts_as_missing(make: Callable[..., Cache], tmp_path: Path) -> None:
    cache = make()
    cache.put("a", KEY, b"picture" * 100)
    [path] = files(tmp_path)
    whole = path.read_bytes()
    for length in (0, 1, 35, 36, 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert cache.get("a", KEY) is None
    path.write_bytes(whole[:-1] + b"x")
    assert cache.get("a", KEY) is None
    path.write_bytes(whole)
    assert cache.get("a", KEY) == b"picture" * 100


def test_many_writers_at_once_leave_whole_pictures_and_nothing_else(make: Callable[..., Cache], tmp_path: Path) -> None:
    """Threads and processes keep writing the same few names, with a limit that makes them remove files as well."""
    script = """
import sys
from pathlib import Path
from app.services.wall.cache import Cache
cache = Cache(Path(sys.argv[1]) / "store", Path(sys.argv[1]) / "cache", most=2_000_000)
for turn in range(150):
    number = turn % 7
    cache.put(f"c/{number}", bytes([number]) * 32, bytes([number]) * (50_000 + 1000 * int(sys.argv[2])))
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(number)], cwd=Path(__file__).parents[3]) for number in range(3)]
    seen: set[bytes] = set()
    enough = threading.Event()

    def read() -> None:
        cache = make()
        while not enough.is_set():
            for number in range(7):
                picture = cache.get(f"c/{number}", bytes([number]) * 32)
                if picture is not None:
                    assert set(picture) == {number}
                    assert len(picture) in (50_000, 51_000, 52_000)
                    seen.add(picture)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert [writer.wait(300) for writer in writers] == [0, 0, 0]
    enough.set()
    for reader in readers:
        reader.join()
    assert seen
    assert all(not path.name.startswith(TEMPORARY) for path in files(tmp_path))
    assert len(files(tmp_path)) <= 7


def test_it_is_bounded_and_keeps_what_was_used_last(make: Callable[..., Cache], tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    most = 1_000_000
    cache = make(most=most, clock=lambda: now[0])
    sizes = []
    for number in range(300):
        now[0] += 700  # more than the time within which a use is not recorded again
        cache.put(f"c/{number}", KEY, bytes(20_000))
        [path] = (tmp_path / "cache").glob(f"*/c/{number}")
        os.utime(path, (now[0], now[0]))
        assert cache.get("c/0", KEY) is not None  # used again and again
        sizes.append(sum(path.stat().st_size for path in files(tmp_path)))
    assert max(sizes) <= most * 1.1
    assert cache.get("c/299", KEY) is not None
    assert cache.get("c/100", KEY) is None


def test_unused_pictures_are_gone_after_a_day(make: Callable[..., Cache], tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    cache = make(clock=lambda: now[0])
    for name in ("a/old", "a/used"):
        cache.put(name, KEY, b"picture")
    for path in files(tmp_path):
        os.utime(path, (now[0], now[0]))
    now[0] += UNUSED - 1
    assert cache.get("a/used", KEY)
    now[0] += 2
    cache.trim()
    assert [path.name for path in files(tmp_path)] == ["used"]
    now[0] += UNUSED + 1
    cache.trim()
    assert list((tmp_path / "cache").iterdir()) == []  # not even directories


def test_while_another_removes_nobody_else_does(make: Callable[..., Cache], tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    cache = make(clock=lambda: now[0])
    cache.put("a", KEY, b"picture")
    with cache._alone() as mine, make()._alone() as other:
        assert (mine, other) == (True, False)
        now[0] += 10**9
        make(clock=lambda: now[0]).trim()
        assert len(files(tmp_path)) == 1


def test_a_campaign_can_be_forgotten_at_once(make: Callable[..., Cache], tmp_path: Path) -> None:
    cache = make()
    for name in ("sayno/0001-1/9/0_0", "sayno/0002-1/9/0_0", "other/0001-1/9/0_0"):
        cache.put(name, KEY, b"picture")
    cache.forget("sayno")
    assert [path.relative_to(tmp_path / "cache").parts[1] for path in files(tmp_path)] == ["other"]
    cache.forget("never there")


def test_only_the_user_can_read_it(make: Callable[..., Cache], tmp_path: Path) -> None:
    make().put("a/b", KEY, b"picture")
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("in_the_way", ["open to others", "a link", "a file"])
def test_in_a_directory_that_others_could_write_to_nothing_is_kept(
    make: Callable[..., Cache], tmp_path: Path, in_the_way: str, caplog: pytest.LogCaptureFixture
) -> None:
    top = tmp_path / "cache"
    if in_the_way == "open to others":
        top.mkdir()
        top.chmod(0o777)
    elif in_the_way == "a link":
        (tmp_path / "elsewhere").mkdir(0o700)
        top.symlink_to(tmp_path / "elsewhere")
    else:
        top.write_bytes(b"")
    cache = make()
    for name in ("a/b", "a/c"):
        cache.put(name, KEY, b"picture")
        assert cache.get(name, KEY) is None
    assert [path for path in tmp_path.rglob("*") if path.name in ("b", "c")] == []
    assert len(caplog.messages) == 1
    assert str(tmp_path) not in caplog.text
