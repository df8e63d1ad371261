"""Runs checks one after another, each with a time limit; no failure keeps the others from running."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.core import limits
from app.core.errors import CollagenError, where
from app.services.doctor.result import FAIL, SKIPPED, Result


@dataclass(frozen=True)
class Check:
    """`ask` makes the check, and may raise anything. `needs`: checks that must have passed."""

    name: str
    ask: Callable[[], Iterable[Result]]
    needs: tuple[str, ...] = ()
    seconds: float = limits.CHECK_SECONDS


def run(checks: Sequence[Check], report: Callable[[Result], None]) -> list[Result]:
    """Makes all checks in order; calls `report` with each result as it comes."""
    every: list[Result] = []
    useless: set[str] = set()
    for check in checks:
        lacking = [name for name in check.needs if name in useless]
        not_made = [Result(check.name, SKIPPED, f"not checked: needs the {name}") for name in lacking[:1]]
        results = not_made or _made(check)
        if lacking or any(result.state == FAIL for result in results):
            useless.add(check.name)
        for result in results:
            every.append(result)
            report(result)
    return every


def _made(check: Check) -> list[Result]:
    """The results of a check within its time limit. One that hangs, as on a lost file system, is abandoned."""
    answers: queue.Queue[list[Result]] = queue.Queue()

    def ask() -> None:
        found: list[Result] = []
        try:
            found.extend(check.ask())
        except CollagenError as error:
            found.append(Result(check.name, FAIL, str(error)))
        except Exception as error:
            found.append(Result(check.name, FAIL, f"the check itself failed: {where(error)}"))
        answers.put(found)

    threading.Thread(target=ask, name=check.name, daemon=True).start()
    try:
        return answers.get(timeout=check.seconds)
    except queue.Empty:
        return [Result(check.name, FAIL, f"no answer in {check.seconds:g} s")]
