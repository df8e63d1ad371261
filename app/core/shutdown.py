"""Lets a run that is asked to stop finish the step it is at, so that nothing is left uncertain."""

import signal
import time
from collections.abc import Callable
from types import FrameType

STEP = 0.1  # seconds between two looks at whether to stop


class Shutdown:
    """Whether a run has been asked to stop: call it to find out. `sleep` ends early then."""

    def __init__(self) -> None:
        self._requested = False
        self._elsewhere: Callable[[], bool] = lambda: False

    def __call__(self) -> bool:
        return self._requested or self._elsewhere()

    def also(self, requested: Callable[[], bool]) -> None:
        """Also stop once `requested` returns True."""
        self._elsewhere = requested

    def on_signals(self) -> None:
        """Stop on SIGINT (Ctrl-C) and SIGTERM from now on; a second signal ends the process at once."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def request(self) -> None:
        """Ask the run to stop."""
        self._requested = True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.request()
        # not Python's own way with SIGINT, which waits for threads that are at work
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_DFL)

    def sleep(self, seconds: float) -> None:
        """Wait this long, or until the run is asked to stop."""
        end = time.monotonic() + seconds
        while not self() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, STEP))
