"""One check after the other, each for a limited time; whatever becomes of one, the others have their turn."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.core import limits
from app.core.errors import CollagenError, where
from app.services.doctor.verdict import FAIL, LEFT, Verdict


@dataclass(frozen=True)
class Check:
    """`ask` looks, and may raise whatever it meets. `needs`: checks without which there is no use in looking."""

    name: str
    ask: Callable[[], Iterable[Verdict]]
    needs: tuple[str, ...] = ()
    seconds: float = limits.CHECK_SECONDS


def run(checks: Sequence[Check], tell: Callable[[Verdict], None]) -> list[Verdict]:
    """Makes all the checks, in their order; `tell` hears each verdict as soon as there is one."""
    told: list[Verdict] = []
    useless: set[str] = set()
    for check in checks:
        lacking = [name for name in check.needs if name in useless]
        not_made = [Verdict(check.name, LEFT, f"not checked: it needs the {name}") for name in lacking[:1]]
        verdicts = not_made or _made(check)
        if lacking or any(verdict.state == FAIL for verdict in verdicts):
            useless.add(check.name)
        for verdict in verdicts:
            told.append(verdict)
            tell(verdict)
    return told


def _made(check: Check) -> list[Verdict]:
    """What a check says, in at most its time. One that hangs, as on a file system that is gone, is left behind."""
    answers: queue.Queue[list[Verdict]] = queue.Queue()

    def ask() -> None:
        said: list[Verdict] = []
        try:
            said.extend(check.ask())
        except CollagenError as error:
            said.append(Verdict(check.name, FAIL, str(error)))
        except Exception as error:
            said.append(Verdict(check.name, FAIL, f"the check itself failed: {where(error)}"))
        answers.put(said)

    threading.Thread(target=ask, name=check.name, daemon=True).start()
    try:
        return answers.get(timeout=check.seconds)
    except queue.Empty:
        return [Verdict(check.name, FAIL, f"no answer in {check.seconds:g} s")]
