"""Our side of the process that runs a model: it is started at first use, and ends when it was idle for a while."""

import importlib.util
import struct
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from app.adapters.jobs.helper import Helper, Idle, within
from app.adapters.models.server import LENGTH
from app.adapters.models.weights import Weights
from app.core.errors import ModelFailed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATIENCE = 120.0  # seconds for one answer, with loading the weights; they take 2 and 1
IDLE = 60.0  # seconds until the process ends
# bytes of data that the process may allocate; the system refuses more. u2net takes 0.8 GB, isnet 1.6
MEMORY = 2_500_000_000


class Models:
    """Runs models whose weights are in `directory`, one at a time: a chain rarely comes to its second model.

    Threads take turns. `idle`: seconds until the process ends.
    """

    def __init__(self, directory: Path, idle: float = IDLE) -> None:
        self._directory = directory
        self._idle = Idle(idle, self.close)
        self._running: tuple[str, Helper] | None = None
        self._turn = threading.Lock()

    def why_not(self, weights: Weights) -> str | None:
        """Why a model cannot be run here; None if it can."""
        if importlib.util.find_spec("onnxruntime") is None:
            return "onnxruntime is not installed"
        return weights.why_not(self._directory)

    def mask(self, weights: Weights, picture: "NDArray[np.uint8]") -> "NDArray[np.float32]":
        """Where the subject of a picture is: 0 to 1, side × side. `picture`: side × side × 3, 8-bit RGB.

        Raises ModelFailed if the process dies, hangs, or has not enough memory.
        """
        import numpy as np

        numbers = picture.astype(np.float32) / max(1, int(picture.max()))
        numbers = (numbers - np.array(weights.mean, np.float32)) / np.array(weights.deviation, np.float32)
        request = np.ascontiguousarray(numbers.transpose(2, 0, 1), np.float32).tobytes()
        with self._turn:
            self._idle.over()
            helper = self._helper(weights)
            try:
                answer = self._asked(helper, request)
                mask = np.frombuffer(answer, np.float32).reshape(weights.side, weights.side)
            except (OSError, EOFError, ValueError, struct.error) as error:
                self._stop()
                raise ModelFailed(
                    f"The process that runs the model {weights.name} ended, most likely because the machine ran out of"
                    " memory; it needs 1.1 GB."
                ) from error
            self._idle.begin()
        low, high = float(mask.min()), float(mask.max())
        spread: NDArray[np.float32] = (mask - low) / (high - low) if high > low else np.zeros_like(mask)
        # a model that sees nobody spreads its noise over the whole range
        return spread if high >= 0.5 else np.zeros_like(mask)

    def close(self) -> None:
        """Ends the process, if one runs."""
        with self._turn:
            self._idle.over()
            self._stop()

    def _helper(self, weights: Weights) -> Helper:
        if self._running is None or self._running[0] != weights.name:
            self._stop()
            command = (sys.executable, "-m", "app.adapters.models", str((self._directory / weights.file).absolute()))
            environ = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
            self._running = weights.name, Helper("models", command, environ, address_space=MEMORY)
        return self._running[1]

    def _asked(self, helper: Helper, request: bytes) -> bytes:
        process = helper.running()
        if process.stdin is None or process.stdout is None:
            raise OSError("it was started without pipes")
        with within(process, PATIENCE):
            process.stdin.write(LENGTH.pack(len(request)) + request)
            process.stdin.flush()
            head = process.stdout.read(LENGTH.size)
            return process.stdout.read(LENGTH.unpack(head)[0])

    def _stop(self) -> None:
        if self._running is not None:
            self._running[1].stop()
            self._running = None
