"""One check after the other, each for a limited time; whatever becomes of one, the others have their turn."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.core import limits
from app.core.errors import CollagenError, where
from app.services.doctor.result import FAIL, SKIPPED, Result


@dataclass(frozen=True)
class Check:
    """`ask` looks, and may raise whatever it meets. `needs`: checks without which there is no use in looking."""

    name: str
    ask: Callable[[], Iterable[Result]]
    needs: tuple[str, ...] = ()
    seconds: float = limits.CHECK_SECONDS


def run(checks: Sequence[Check], tell: Callable[[Result], None]) -> list[Result]:
    """Makes all the checks, in their order; `tell` hears each result as soon as there is one."""
    told: list[Result] = []
    useless: set[str] = set()
    for check in checks:
        lacking = [name for name in check.needs if name in useless]
        not_made = [Result(check.name, SKIPPED, f"not checked: it needs the {name}") for name in lacking[:1]]
        results = not_made or _made(check)
        if lacking or any(result.state == FAIL for result in results):
            useless.add(check.name)
        for result in results:
            told.append(result)
            tell(result)
    return told


def _made(check: Check) -> list[Result]:
    """What a check says, in at most its time. One that hangs, as on a file system that is gone, is left behind."""
    answers: queue.Queue[list[Result]] = queue.Queue()

    def ask() -> None:
        said: list[Result] = []
        try:
            said.extend(check.ask())
        except CollagenError as error:
            said.append(Result(check.name, FAIL, str(error)))
        except Exception as error:
            said.append(Result(check.name, FAIL, f"the check itself failed: {where(error)}"))
        answers.put(said)

    threading.Thread(target=ask, name=check.name, daemon=True).start()
    try:
        return answers.get(timeout=check.seconds)
    except queue.Empty:
        return [Result(check.name, FAIL, f"no answer in {check.seconds:g} s")]
