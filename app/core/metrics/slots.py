"""Where several processes keep their values: prometheus_client's files, one set for each slot.

prometheus_client names its files after process IDs and never removes one, and processes come and go here: workers are
recycled, every build and every run of mails is a process. So a process takes the lowest free slot and continues the
counts of its last owner. There are as many slots as processes ever ran at once, and nothing counted is lost, however a
process ends.
https://prometheus.github.io/client_python/multiprocess/
"""

import fcntl
import itertools
import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def directory() -> Path | None:
    """Where processes share their values; None if each has its own."""
    path = os.environ.get(VARIABLE)
    return Path(path) if path else None


class Slot:
    """The slot number of this process: taken at the first call, and anew after a fork.

    The lock on the slot's file holds it until the process ends. Raises OSError if no file can be created.
    """

    def __init__(self) -> None:
        self._owner: int | None = None
        self._descriptor = -1
        self._number = -1

    def __call__(self) -> int:
        if self._owner != os.getpid():
            self._take()
        return self._number

    def _take(self) -> None:
        if self._owner is not None:
            os.close(self._descriptor)  # the parent's, which still holds it
        top = directory() or Path()
        top.mkdir(exist_ok=True)
        for number in itertools.count():
            descriptor = os.open(top / f"{number}.slot", os.O_RDWR | os.O_CREAT, 0o640)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self._owner, self._descriptor, self._number = os.getpid(), descriptor, number
            return
