"""Values read from files are cached until the files change, and rarely used ones are dropped first."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.adapters.store.files import Files
from app.adapters.store.stamped import Stamped


def test_a_value_is_made_again_when_its_stamp_is_another() -> None:
    made: list[int] = []
    kept: Stamped[str, int] = Stamped(2)

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [kept.get("a", stamp, make) for stamp in ((1,), (1,), (2,), (2,), (1,))] == [0, 0, 1, 1, 2]
    assert [kept.get("b", None, make) for _ in range(2)] == [3, 4], "of what is not there nothing is kept"


def test_the_value_that_was_used_longest_ago_goes_first() -> None:
    kept: Stamped[str, str] = Stamped(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, (1,), lambda: "old")
    assert [kept.get(key, (1,), lambda: "new") for key in ("a", "c", "b")] == ["old", "old", "new"]


def test_what_cannot_be_made_is_asked_for_again() -> None:
    kept: Stamped[str, str] = Stamped(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", (1,), lambda: str(1 // 0))
    assert kept.get("a", (1,), lambda: "made") == "made"


def test_a_file_that_is_written_anew_has_another_stamp_whatever_its_time_says(tmp_path: Path) -> None:
    path, files = tmp_path / "a", Files()
    assert files.stamp(path) is None
    path.write_bytes(b"one")
    before, stated = files.stamp(path), path.stat()
    assert files.stamp(path) == before
    time.sleep(0.02)  # more than a tick of the file system's clock
    path.write_bytes(b"two")
    os.utime(path, ns=(stated.st_atime_ns, stated.st_mtime_ns))
    assert files.stamp(path) != before
