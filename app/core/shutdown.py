"""A run that is asked to end finishes what it is at, so that nothing is left uncertain."""

import signal
import time
from collections.abc import Callable
from types import FrameType

STEP = 0.1  # seconds between two looks at whether to stop


class Stopping:
    """Whether a run should end, and pauses that end then."""

    def __init__(self) -> None:
        self._asked = False
        self._elsewhere: Callable[[], bool] = lambda: False

    def __call__(self) -> bool:
        return self._asked or self._elsewhere()

    def also(self, asked: Callable[[], bool]) -> None:
        """The run should end, too, once `asked` says so."""
        self._elsewhere = asked

    def on_signals(self) -> None:
        """SIGINT (Ctrl-C) and SIGTERM from now on ask the run to end; the second one ends the process at once."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def ask(self) -> None:
        """It should end."""
        self._asked = True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.ask()
        # not Python's own way with SIGINT, which waits for threads that are at work
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_DFL)

    def sleep(self, seconds: float) -> None:
        """Waits so long, or until the run should end."""
        end = time.monotonic() + seconds
        while not self() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, STEP))
