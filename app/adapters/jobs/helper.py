"""Helper processes: a program is started when first needed and kept running, because starting it is expensive.

It ends with the process that started it, however that ends.
"""

import contextlib
import resource
import subprocess
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from app.adapters.jobs import environment
from app.core.project import ROOT

Process = subprocess.Popen[bytes]


class Helper:
    """A helper process with pipes and a bare environment, started again after it has ended. Threads take turns."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str] = environment.NOTHING,
        *,
        stderr: int | None = None,
        address_space: int | None = None,
    ) -> None:
        """`environ` is added to the bare environment, `stderr` is passed to Popen, `address_space` is a limit in bytes.

        `name` names the thread that starts the process.
        """
        # Neither program ends by itself when its parent is killed, so the kernel ends it (PR_SET_PDEATHSIG).
        self.command = ["setpriv", "--pdeathsig", "KILL", "--no-new-privs", *command]
        self.turn = threading.Lock()
        self.process: Process | None = None
        self._environ, self._stderr, self._address_space = environ, stderr, address_space
        # Linux ends the child with the thread that started it, so this thread lives as long as this object.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._end: weakref.finalize[[Process], Helper] | None = None

    def running(self) -> Process:
        """The process; started if none runs. Raises OSError."""
        if self.process is not None and self.process.poll() is not None:
            self.stop()
        if self.process is None:
            self.process = self._starter.submit(self._start).result()
            self._end = weakref.finalize(self, _kill, self.process)
            if self._address_space is not None:
                resource.prlimit(self.process.pid, resource.RLIMIT_AS, (self._address_space, self._address_space))
        return self.process

    def stop(self) -> None:
        """Kills the process, if one runs."""
        end, self._end, self.process = self._end, None, None
        if end is not None:
            end()

    def _start(self) -> Process:
        return subprocess.Popen(  # noqa: S603 -- a fixed command
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            cwd=ROOT,
            env=environment.bare(self._environ),
        )


@contextlib.contextmanager
def within(process: Process, patience: float) -> Iterator[None]:
    """Kills the process if what is done inside takes longer than so many seconds."""
    watch = threading.Timer(patience, process.kill)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


class Idle:
    """Calls `end` in a thread, once nothing was done for so many `seconds`. Its methods are called in turns."""

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self._seconds, self._end = seconds, end
        self._timer: threading.Timer | None = None

    def over(self) -> None:
        """Something is done now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def begin(self) -> None:
        """Nothing is done from now on."""
        self.over()
        self._timer = threading.Timer(self._seconds, self._end)
        self._timer.daemon = True
        self._timer.start()


def _kill(process: Process) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
