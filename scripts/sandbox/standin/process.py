"""The stand-in's process, as tests and the demo start it."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path

from scripts.sandbox.waiting import PATIENCE

_ROOT = Path(__file__).parents[3]


class Process:
    """Starts on creation and waits until the stand-in listens; `url` is its address.

    It ends with `stop()`, or when its parent is gone, however that ended: it watches its standard input, whose other
    end is held here (and by children forked from here without exec).
    """

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "scripts.sandbox.standin", "--end-with-stdin", *options]
        pipe = subprocess.PIPE
        # In its own session: Ctrl-C at the terminal goes to the parent, which then stops us in good order.
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
        assert self._process.stdout
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else ""
        if not line.startswith("standin listening on http"):
            self.stop()
            raise RuntimeError(f"the stand-in did not start (exit code {self._process.returncode}): {line!r}")
        self.url = line.rpartition(" ")[2].strip()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Safe to call twice."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
