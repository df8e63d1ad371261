"""Workers on a queue, one of which is killed now and then; each has a log of its own."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.sandbox.awsserver.client import TestQueue
from scripts.sandbox.service import ROOT
from scripts.sandbox.waiting import PATIENCE, wait_for


class Workers:
    """`arguments`: of the command `worker`. `kills`: how many were killed so far."""

    def __init__(
        self,
        arguments: list[str],
        environ: Mapping[str, str],
        queue: TestQueue,
        directory: Path,
        chance: random.Random,
    ) -> None:
        self._arguments = arguments
        self._environ = environ
        self._queue = queue
        self._directory = directory
        self._chance = chance
        self._running: list[subprocess.Popen[bytes]] = []
        self._started = 0
        self.kills = 0

    def start(self) -> None:
        self._started += 1
        with self._last_log.open("wb") as log:
            command = [sys.executable, "-m", "app", "worker", *self._arguments]
            self._running.append(subprocess.Popen(command, cwd=ROOT, env=self._environ, stderr=log))

    def kill_one(self) -> None:
        """Kills one, and starts another."""
        worker = self._running.pop(self._chance.randrange(len(self._running)))
        assert worker.poll() is None, "a worker exited by itself"
        worker.kill()
        worker.wait(PATIENCE)
        self.kills += 1
        self.start()

    def stop(self) -> None:
        """Asks all of them to stop, once the one that was started last can be asked."""
        wait_for(lambda: "Taking" in self._last_log.read_text(), "the worker that was started last has begun")
        for worker in self._running:
            worker.send_signal(signal.SIGTERM)
        for worker in self._running:
            assert worker.wait(60) == 0, "a worker that was asked to stop exited with an error"
        self._running.clear()

    def empty(self, kill_every: float | None, may_kill: Callable[[int], bool] = lambda waiting: True) -> None:
        """Waits until the queue is empty, and kills a worker now and then, where `may_kill`, asked with the number of
        messages that wait.
        """
        last = said = time.monotonic()

        def is_empty() -> bool:
            nonlocal last, said
            counts, now = self._queue.counts(), time.monotonic()
            if may_kill(counts[0]) and kill_every and now - last >= kill_every:
                self.kill_one()
                last = now
            if now - said >= 20:
                said = now
                print(f"waiting, and in hand or resting {counts}, dead {self.dead()}, kills {self.kills}", flush=True)
            return counts == (0, 0)

        wait_for(is_empty, "the queue was empty", every=0.25, patience=3600)

    def dead(self) -> int:
        """How many messages are in the dead-letter queue."""
        return sum(self._queue.counts(self._queue.dead))

    def logs(self) -> list[str]:
        return [path.read_text(errors="replace") for path in self._directory.glob("worker-*.log")]

    @property
    def _last_log(self) -> Path:
        return self._directory / f"worker-{self._started}.log"
