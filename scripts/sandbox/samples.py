"""Sample people, drawn once per run: the first process that needs one draws it, the others find it."""

from __future__ import annotations

import fcntl
import functools
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from app.adapters import imaging
from scripts.sandbox.people import portrait

T = TypeVar("T")

CACHE = "SANDBOX_SAMPLES"  # environment: the directory that a run's processes share


def share() -> None:
    """Makes this process and its children share what they draw, until it ends."""
    global _directory
    if CACHE not in os.environ:
        _directory = tempfile.TemporaryDirectory(prefix="people-")
        os.environ[CACHE] = _directory.name


_directory: tempfile.TemporaryDirectory[str] | None = None


def once(name: str, make: Callable[[], T]) -> T:
    """The result of `make`, made once per run, by the first process that needs it."""
    share()
    path = Path(os.environ[CACHE]) / name
    try:
        return _read(path)  # type: ignore[no-any-return]
    except FileNotFoundError:
        pass
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be making it
        if path.exists():
            return _read(path)  # type: ignore[no-any-return]
        made = make()
        unfinished = path.with_name(f"{name}.{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(made))
        unfinished.rename(path)
    return made


def _read(path: Path) -> Any:
    return pickle.loads(path.read_bytes())


@functools.cache
def person(seed: int) -> bytes:
    """A sample person's JPEG."""
    return once(f"person-{seed}", lambda: portrait(seed))


@functools.cache
def prepared(seed: int) -> imaging.Prepared:
    """A sample person's files as the store keeps them."""
    return once(f"prepared-{seed}", lambda: imaging.prepare(person(seed)))
