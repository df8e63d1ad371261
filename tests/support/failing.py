"""A disk whose n-th operation fails, as disks do."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.store.disk import Disk

OPERATIONS = tuple(name for name in vars(Disk) if not name.startswith("_"))


@dataclass(frozen=True)
class Operation:
    name: str
    arguments: tuple[Any, ...]

    def __call__(self) -> Any:
        return getattr(Disk, self.name)(Disk(), *self.arguments)


Strike = Callable[[Operation], Any]


class PowerCut(BaseException):
    """The process is gone: nothing that it does from now on reaches the disk."""


class FailingDisk(Disk):
    """Counts operations; at the n-th, `strike` is called with the operation and decides what happens instead.

    After a power cut nothing has an effect any more, so cleaning up does not either.
    """

    def __init__(self, number: int, strike: Strike) -> None:
        self.done: list[str] = []
        self._number = number
        self._strike = strike
        self._off = False

    def act(self, operation: Operation) -> Any:
        if self._off and operation.name != "close":  # the system closes a dead process's files
            raise PowerCut
        self.done.append(operation.name)
        if len(self.done) != self._number + 1:
            return operation()
        if operation.name == "close":  # even if closing reports an error, or the process dies, the file is closed
            operation()
            operation = Operation("stat", (Path("/"),))
        try:
            return self._strike(operation)
        except PowerCut:
            self._off = True
            raise


def _method(name: str) -> Callable[..., Any]:
    return lambda self, *arguments: self.act(Operation(name, arguments))


for _name in OPERATIONS:
    setattr(FailingDisk, _name, _method(_name))


# Ways for an operation to fail


def fails(code: int) -> Strike:
    """Does nothing and reports an error."""

    def strike(operation: Operation) -> Any:
        raise OSError(code, os.strerror(code))

    return strike


def loses_its_directory(operation: Operation) -> Any:
    """The directory no longer exists."""
    if operation.name in ("open", "mkdir", "rename", "scan"):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    return operation()


def lies(code: int) -> Strike:
    """Succeeds and reports an error, as a network file system does when the answer is lost."""

    def strike(operation: Operation) -> Any:
        result = operation()
        if operation.name == "open":
            os.close(result)
        raise OSError(code, os.strerror(code))

    return strike


def fills(operation: Operation) -> Any:
    """Only half of the data fits."""
    if operation.name == "write":
        descriptor, data = operation.arguments
        os.write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return operation()


def dies_before(operation: Operation) -> Any:
    raise PowerCut


def dies_within(operation: Operation) -> Any:
    if operation.name == "write":
        descriptor, data = operation.arguments
        os.write(descriptor, data[: len(data) // 2])
    raise PowerCut


def dies_after(operation: Operation) -> Any:
    result = operation()
    if operation.name == "open":
        os.close(result)
    raise PowerCut


def unmounts(store: Path) -> Strike:
    """The store disappears before the operation, and leaves an empty directory where it was mounted."""

    def strike(operation: Operation) -> Any:
        store.rename(store.with_name("unmounted"))
        store.mkdir()
        return operation()

    return strike


class Broken(Disk):
    """A disk on which one operation always fails, or calls `instead` first."""

    def __init__(self, operation: str, instead: int | Callable[[], object]) -> None:
        self.tried = 0

        def fail(*_: Any) -> Any:
            self.tried += 1
            if isinstance(instead, int):
                raise OSError(instead, os.strerror(instead))
            instead()
            return getattr(Disk, operation)(self, *_)

        setattr(self, operation, fail)


class Full(Disk):
    def space(self, path: Path) -> os.statvfs_result:
        found = list(os.statvfs(path))
        found[4] = 50 * 1024 * 1024 // os.statvfs(path).f_frsize  # f_bavail
        return os.statvfs_result(found)
