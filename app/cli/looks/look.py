"""The command that makes looks, or orders them where a queue is set."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from app.adapters.sqs import Queue
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import print_notes, read_settings
from app.core.config import Campaigns, Settings, load_campaigns
from app.core.plurals import count
from app.services.looks.making import Making, Outcome
from app.services.looks.ordering import order, require_wanted
from app.services.looks.recipes import Look, load_looks
from app.services.looks.run import run, standing
from app.services.looks.tools import Tools


@click.command(short_help="Finish photos: cut them out, add a watermark.")
@click.argument("campaign", metavar="[CAMPAIGN]", required=False)
@click.argument("name", metavar="[LOOK]", required=False)
@click.argument("public_ids", metavar="[ID]...", nargs=-1)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Make it of at most N photos now.")
@click.option("--dry-run", is_flag=True, help="Only say how many photos it would be made of.")
@click.option("--retry-failed", is_flag=True, help="Also try photos again that it could not be made of.")
def look(
    campaign: str | None,
    name: str | None,
    public_ids: tuple[str, ...],
    limit: int | None,
    *,
    dry_run: bool,
    retry_failed: bool,
) -> None:
    """Make LOOK of the photos of CAMPAIGN, or of those with these public IDs, where it is missing or out of date.

    A look is a way to finish a photo: a table in looks.toml with a list of steps. It is out of date when the photo or
    the recipe has changed. The photos themselves stay as they are. This can be ended at any time: run again, it goes on
    where it stopped. A photo that it cannot be made of is named with the reason, and not tried again until the photo or
    the recipe changes, or with --retry-failed; the exit code is 1 then.

    Where COLLAGEN_LOOKS_QUEUE is set, it is ordered in the queue instead, and workers make it (python -m app worker
    --looks).

    Without LOOK, make those that CAMPAIGN wants of every photo (looks = ["orange"] in campaigns.toml); without
    CAMPAIGN, those of all campaigns. A timer does that every ten minutes. Nothing more is ordered then while the queue
    still has orders.

    \b
    Example:  python -m app look sayno orange
              python -m app look sayno orange sayno/x7k2 --retry-failed
              python -m app look
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(*([] if campaign is None else [campaign]))
    store = Store(settings.store)
    if campaign is not None and name is not None:
        wanted = [(campaign, load_looks(settings.looks_file, required=True).require(name))]
    else:
        wanted = _wanted(settings, campaigns, [campaigns[campaign].name] if campaign is not None else list(campaigns))
    queue = Queue(settings.looks_queue) if settings.looks_queue and not dry_run else None
    if name is None and wanted and queue is not None and queue.count():
        click.echo(f"{queue.name} still has orders, so nothing more is ordered")
        return
    tools, failures = Tools(settings.models), 0
    try:
        making = Making(store, campaigns, tools, lambda: datetime.now(UTC))
        for where, chosen in wanted:
            found = standing(store, where, chosen, public_ids)
            due = found.due(retry=retry_failed)[:limit]
            current, failed = len(found.by_state["current"]), len(found.by_state["failed"])
            before = failed if not retry_failed else 0
            more = f", {count(before, 'photo', 'photos')} failed before" if before else ""
            title = chosen.name if name is not None else f"{where}, {chosen.name}"
            if dry_run:
                click.echo(f"{title} would be made of {count(len(due), 'photo', 'photos')}; {current} have it{more}")
            elif queue is not None:
                ordered = _ordered(store, queue, where, chosen, due)
                click.echo(
                    f"{title}: ordered of {count(ordered, 'photo', 'photos')} in {queue.name}; {current} have it{more}"
                )
            else:
                failures += _made(making, where, chosen, due, tools, f"{title}: ", current, more, retry=retry_failed)
    finally:
        tools.close()
    if failures:
        sys.exit(1)


def _wanted(settings: Settings, campaigns: Campaigns, names: Sequence[str]) -> list[tuple[str, Look]]:
    """What campaigns want of every photo. Raises SettingError if looks.toml lacks one of them."""
    looks = require_wanted(settings, campaigns)
    return [] if looks is None else [(name, looks[look]) for name in names for look in campaigns[name].looks]


def _ordered(store: Store, queue: Queue, campaign: str, look: Look, due: Sequence[str]) -> int:
    progress = Progress("photos")
    progress.begin(look.title)
    try:
        return order(store, queue, campaign, look.name, due, lambda done: progress.show(done, len(due)))
    finally:
        progress.end()


def _made(
    making: Making,
    campaign: str,
    look: Look,
    due: Sequence[str],
    tools: Tools,
    title: str,
    current: int,
    more: str,
    *,
    retry: bool,
) -> int:
    """Makes it, and says what became of it; returns how many photos failed."""
    words, reasons, progress = Counter[str](), dict[str, str](), Progress("photos")
    progress.begin(look.title)

    def report(public_id: str, outcome: Outcome) -> None:
        words[outcome.word] += 1
        if outcome.word == "failed":
            reasons[public_id] = outcome.reason
        progress.show(words.total(), len(due))

    try:
        run(making, campaign, look, due, tools, report, retry=retry)
    finally:
        progress.end()
    parts = [f"{title}{count(words['made'], 'photo', 'photos')} made, {current + words['current']} had it already"]
    parts += [f"{words['changed']} changed meanwhile; run this again"] * bool(words["changed"])
    parts += [f"{words['gone']} gone meanwhile"] * bool(words["gone"])
    parts += [f"{words['failed']} failed"] * bool(words["failed"])
    click.echo("; ".join(parts) + more)
    print_notes(reasons, err=True)
    return len(reasons)
