"""The command that makes a look."""

import logging
import sys
from collections import Counter
from datetime import UTC, datetime

import click

from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import print_notes, read_settings
from app.core.config import load_campaigns
from app.core.plurals import count
from app.services.looks.making import Making, Outcome
from app.services.looks.recipes import load_looks
from app.services.looks.run import run, standing
from app.services.looks.tools import Tools


@click.command(short_help="Finish photos: cut them out, add a watermark.")
@click.argument("campaign")
@click.argument("name", metavar="LOOK")
@click.argument("public_ids", metavar="[ID]...", nargs=-1)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Make it of at most N photos now.")
@click.option("--dry-run", is_flag=True, help="Only say how many photos it would be made of.")
@click.option("--retry-failed", is_flag=True, help="Also try photos again that it could not be made of.")
def look(
    campaign: str, name: str, public_ids: tuple[str, ...], limit: int | None, *, dry_run: bool, retry_failed: bool
) -> None:
    """Make LOOK of the photos of CAMPAIGN, or of those with these public IDs, where it is missing or out of date.

    A look is a way to finish a photo: a table in looks.toml with a list of steps. It is out of date when the photo or
    the recipe has changed. The photos themselves stay as they are. This can be ended at any time: run again, it goes on
    where it stopped. A photo that it cannot be made of is named with the reason, and not tried again until the photo or
    the recipe changes, or with --retry-failed; the exit code is 1 then.

    \b
    Example:  python -m app look sayno orange
              python -m app look sayno orange sayno/x7k2 --retry-failed
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    chosen, store = load_looks(settings.looks_file, required=True).require(name), Store(settings.store)
    found = standing(store, campaign, chosen, public_ids)
    due = found.due(retry=retry_failed)[:limit]
    current, failed = len(found.by_state["current"]), len(found.by_state["failed"])
    more = f", {count(failed, 'photo', 'photos')} failed before" if failed and not retry_failed else ""
    if dry_run:
        click.echo(f"{name} would be made of {count(len(due), 'photo', 'photos')}; {current} have it{more}")
        return
    if not sys.stderr.isatty():  # a log has room for a line per photo; a terminal has the bar
        logging.getLogger("app.services.looks").setLevel(logging.INFO)
    store.sweep([campaign])  # what killed runs left
    tools = Tools(settings.models)
    making = Making(store, campaigns, tools, lambda: datetime.now(UTC))
    words, reasons, progress = Counter[str](), dict[str, str](), Progress("photos")
    progress.begin(chosen.title)

    def report(public_id: str, outcome: Outcome) -> None:
        words[outcome.word] += 1
        if outcome.word == "failed":
            reasons[public_id] = outcome.reason
        progress.show(words.total(), len(due))

    try:
        run(making, campaign, chosen, due, tools, report, retry=retry_failed)
    finally:
        progress.end()
        tools.close()
    parts = [f"{name}: {count(words['made'], 'photo', 'photos')} made, {current + words['current']} had it already"]
    parts += [f"{words['changed']} changed meanwhile; run this again"] * bool(words["changed"])
    parts += [f"{words['gone']} gone meanwhile"] * bool(words["gone"])
    parts += [f"{words['failed']} failed"] * bool(words["failed"])
    click.echo("; ".join(parts) + more)
    print_notes(reasons, err=True)
    if reasons:
        sys.exit(1)
