"""Wall time, CPU time and peak memory of a process and everything it starts."""

from __future__ import annotations

import resource
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

INTERVAL = 0.02  # seconds between two samples of memory
SHARE = 0.1  # at most this part of the time goes into sampling, which slows down the processes measured


@dataclass(frozen=True)
class Figures:
    """One run. `wall`, `cpu`: seconds; `memory`: the largest sum of PSS seen, in bytes; `status`: the exit status."""

    wall: float
    cpu: float
    memory: int
    status: int


def measure(start: Callable[[], subprocess.Popen[bytes]], seconds: float = 3600, *, memory: bool = True) -> Figures:
    """Runs what `start` starts until it ends, and kills it after `seconds`.

    CPU time includes all its processes and `start` itself. Memory is the sum of PSS (each page divided by the number of
    processes that share it, /proc/PID/smaps_rollup) over the whole tree, sampled every 20 ms, and less often where
    sampling would take more than a tenth of the time. Without `memory` it is 0, and nothing slows
    down what is measured.
    """
    cpu, began = _cpu(), time.monotonic()
    process = start()
    peak, pause = 0, INTERVAL
    while True:
        try:
            process.wait(pause)
            break
        except subprocess.TimeoutExpired:
            looked = time.monotonic()
            if memory:
                peak = max(peak, sum(pss(number) for number in tree(process.pid)))
            pause = max(INTERVAL, (time.monotonic() - looked) / SHARE)
            if time.monotonic() - began > seconds:
                for number in reversed(tree(process.pid)):
                    subprocess.run(["kill", "-9", str(number)], check=False)
    return Figures(time.monotonic() - began, _cpu() - cpu, peak, process.returncode)


def tree(root: int) -> list[int]:
    """The process IDs of `root` and all its descendants."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # the name in brackets may hold anything; the parent is the second field after it
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue  # it has ended since
            children[parent].append(int(entry.name))
    found = [root]
    for number in found:  # grows meanwhile
        found += children[number]
    return found


def processor_time(numbers: Sequence[int]) -> float:
    """CPU seconds so far of these processes, all threads, to the nanosecond (/proc/PID/task/TID/schedstat)."""
    total = 0
    for number in numbers:
        for thread in Path(f"/proc/{number}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def percentile(values: Sequence[float], part: float) -> float:
    """The value that so many per cent of `values` do not exceed, interpolated between neighbours."""
    return float(np.percentile(values, part))


def show_rate_heading(what: str) -> None:
    """The columns of `show_rate`; `what` is counted in the last one."""
    print(f"{'milliseconds':<34}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>8}{'a second':>12}{what:>10}")


def show_rate(title: str, result: tuple[float, list[float]]) -> None:
    """A row about requests: the seconds that all of them took together, and each."""
    seconds, taken = result
    parts = "".join(f"{1000 * percentile(taken, p):>8.1f}" for p in (50, 95, 99))
    print(f"{title:<34}{parts}{1000 * max(taken):>8.1f}{len(taken) / seconds:>12.0f}{len(taken):>10}", flush=True)


def pss(number: int) -> int:
    """Bytes of memory of a process, shared pages divided among the processes that share them; 0 once it has ended."""
    try:
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has ended since, or has no memory left
    return 0


def _cpu() -> float:
    """CPU seconds of this thread and of all processes of ours that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_THREAD))
    return sum(one.ru_utime + one.ru_stime for one in used)
