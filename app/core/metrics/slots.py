"""Where the values of several processes are kept together: prometheus_client's files, a set of them for each slot.

prometheus_client names its files after process IDs and never removes one, and processes come and go here: workers are
recycled, every build and every run of mails is a process. So a process takes the lowest slot that no other has now, and
counts on where the slot's last owner stopped. There are as many slots as processes ever ran at once, and whatever is
counted stays counted, however a process ends.
https://prometheus.github.io/client_python/multiprocess/
"""

import fcntl
import itertools
import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def directory() -> Path | None:
    """Where processes share their values; None where each has its own."""
    said = os.environ.get(VARIABLE)
    return Path(said) if said else None


class Slot:
    """The number of this process: taken when it is first asked for, and another one after a fork.

    The lock on the slot's file holds it until the process ends. Raises OSError where no file can be made.
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
            os.close(self._descriptor)  # the parent's, who has it still
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
