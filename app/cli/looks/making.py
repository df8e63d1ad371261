"""Makes or orders looks of many photos, and says how far it is."""

import logging
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from app.adapters.sqs import Queue
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import print_notes
from app.core.config import Campaigns, Settings
from app.core.plurals import count
from app.services.looks.making import Making, Outcome
from app.services.looks.ordering import order
from app.services.looks.recipes import Look
from app.services.looks.run import run, standing
from app.services.looks.standing import Standing
from app.services.looks.tools import Tools


@dataclass(frozen=True)
class Wish:
    """A look of a campaign's photos, of all or `only` of these; of at most `limit`. `retry`: also where it failed."""

    store: Store
    campaign: str
    look: Look
    only: Sequence[str]
    limit: int | None
    retry: bool

    def found(self) -> tuple[Standing, list[str]]:
        """How far it is, and what is due now."""
        found = standing(self.store, self.campaign, self.look, self.only)
        return found, found.due(retry=self.retry)[: self.limit]

    def failed_before(self, found: Standing) -> str:
        """The end of a sentence, about photos that are not tried again."""
        failed = len(found.by_state["failed"])
        return f", {count(failed, 'photo', 'photos')} failed before" if failed and not self.retry else ""


def say_what_is_due(wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        found, due = wish.found()
        have = f"{len(found.by_state['current'])} have it{wish.failed_before(found)}"
        click.echo(f"{wish.look.name} would be made of {count(len(due), 'photo', 'photos')}; {have}")


def order_all(wishes: Sequence[Wish], queue: Queue) -> None:
    for wish in wishes:
        found, due = wish.found()
        progress = _begun(wish)
        try:
            ordered = order(
                wish.store,
                queue,
                wish.campaign,
                wish.look.name,
                due,
                lambda done, due=due, progress=progress: progress.show(done, len(due)),  # type: ignore[misc]
            )
        finally:
            progress.end()
        have = f"{len(found.by_state['current'])} have it{wish.failed_before(found)}"
        click.echo(f"{wish.look.name}: ordered of {count(ordered, 'photo', 'photos')} in {queue.name}; {have}")


def make_here(wishes: Sequence[Wish], settings: Settings, campaigns: Campaigns) -> int:
    """Makes them, and says what became of each; returns how many photos failed."""
    if not sys.stderr.isatty():  # a log has room for a line per photo; a terminal has the bar
        for name in ("app.services.looks", "app.adapters.diffusion"):
            logging.getLogger(name).setLevel(logging.INFO)
    tools, failed = Tools.of(settings), 0
    try:
        for wish in wishes:
            wish.store.sweep([wish.campaign])  # what killed runs left
            making = Making(wish.store, campaigns, tools, lambda: datetime.now(UTC))
            failed += _made(wish, making, tools)
    finally:
        tools.close()
    return failed


def _made(wish: Wish, making: Making, tools: Tools) -> int:
    found, due = wish.found()
    words, reasons, progress = Counter[str](), dict[str, str](), _begun(wish)

    def report(public_id: str, outcome: Outcome) -> None:
        words[outcome.word] += 1
        if outcome.word == "failed":
            reasons[public_id] = outcome.reason
        progress.show(words.total(), len(due))

    try:
        run(making, wish.campaign, wish.look, due, tools, report, retry=wish.retry)
    finally:
        progress.end()
    had = len(found.by_state["current"]) + words["current"]
    parts = [f"{wish.look.name}: {count(words['made'], 'photo', 'photos')} made, {had} had it already"]
    parts += [f"{words['changed']} changed meanwhile; run this again"] * bool(words["changed"])
    parts += [f"{words['gone']} gone meanwhile"] * bool(words["gone"])
    parts += [f"{words['failed']} failed"] * bool(words["failed"])
    click.echo("; ".join(parts) + wish.failed_before(found))
    print_notes(reasons, err=True)
    return len(reasons)


def _begun(wish: Wish) -> Progress:
    progress = Progress("photos")
    progress.begin(f"{wish.campaign}: {wish.look.title}")
    return progress
