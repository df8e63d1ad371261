"""The command that tells people about a collage."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import CollageNumber, read_settings
from app.core.config import load_campaigns
from app.core.limits import SMTP_RETRY_SECONDS
from app.core.plurals import count
from app.core.shutdown import Shutdown
from app.services.notify.plan import MailPlan
from app.services.notify.recipients import Options
from app.services.notify.report import MailReport
from app.services.notify.run import Notifier


@click.command(short_help="Mail everyone in a collage.")
@click.argument("campaign")
@click.argument("collage", type=CollageNumber())
@click.option("--dry-run", is_flag=True, help="Send nothing; list who would be told, and who not and why.")
@click.option(
    "--preview",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Send nothing; write the mail to FILE. Name it something.eml to open it in a mail program.",
)
@click.option("--test", metavar="ADDRESS", help="Send one mail to this address, without recording it.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Send at most N mails.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="PER_MINUTE",
    help="Send at most this many mails a minute.",
)
@click.option(
    "--everyone", is_flag=True, help="Include people told about an earlier collage, and addresses refused for good."
)
@click.option(
    "--retry-uncertain", is_flag=True, help="Include people for whom it is unknown whether their mail arrived."
)
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=SMTP_RETRY_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Wait this long before retrying mails that the server refused for now.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan or the report as JSON.")
def notify(
    campaign: str, collage: str, dry_run: bool, preview: Path | None, pause: float, as_json: bool, **options: Any
) -> None:
    """Mail everyone in COLLAGE (its number) of CAMPAIGN, each person once.

    People who were told about an earlier collage, or have unsubscribed, are left out. Each mail is recorded before it
    leaves and once the server has taken it: interrupted at any time and started again, the command continues where it
    stopped, and names the people for whom it is unknown whether their mail arrived. Ctrl-C stops it after the current
    mail. Exit code 1 if a mail failed, is uncertain, or was not reached.

    \b
    Examples:  python -m app notify sayno 0003 --dry-run           # who would be told?
               python -m app notify sayno 0003 --test me@example.org
               python -m app notify sayno 0003 --rate 60
    """
    settings = read_settings()
    campaigns, exiftool, stopping = load_campaigns(settings.campaigns_file), ExifTool(), Shutdown()
    store = Store(settings.store)
    try:
        notifier = Notifier(settings, campaigns, store, exiftool, sleep=stopping.sleep, stopping=stopping, pause=pause)
        plan = notifier.plan(campaign, collage, Options(**options))
        if preview is not None:
            preview.write_bytes(notifier.preview(plan).as_bytes())
            click.echo(f"{preview}: the mail as people get it", err=True)
        if dry_run:
            _print_plan(plan, as_json)
        if dry_run or preview is not None:
            return
        stopping.on_signals()
        stopping.also(lambda: store.sends.is_stopped(campaign))
        report = _send(notifier, plan)
    finally:
        exiftool.close()
    if as_json:
        click.echo(json.dumps({"campaign": campaign, "collage": collage} | report.as_json(), ensure_ascii=False))
    else:
        _print(report)
    if not report.is_clean:
        sys.exit(1)


def _send(notifier: Notifier, plan: MailPlan) -> MailReport:
    progress = Progress("mails")
    progress.begin("Sending")

    def show(so_far: MailReport) -> None:
        failed = f"  {len(so_far.failed)} failed" if so_far.failed else ""
        progress.show(so_far.done, so_far.total, failed)

    try:
        return notifier.send(plan, show)
    finally:
        progress.end()


def _print_plan(plan: MailPlan, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(plan.as_json(), ensure_ascii=False))
        return
    for recipient in plan.selection.recipients:
        click.echo(f"{recipient.address}  {recipient.public_id}")
    number = len(plan.selection.recipients)
    click.echo(f"{number} of {count(len(plan.shown), 'person', 'people')} would be told (dry run)")
    _print_skipped(plan.selection.skipped)


def _print(report: MailReport) -> None:
    click.echo(f"{len(report.sent)} of {count(report.total, 'mail', 'mails')} sent")
    _print_skipped(report.skipped)
    for address, failure in report.failed.items():
        again = "" if failure.permanent else "; the next run tries again"
        click.echo(f"  failed: {_safe(address)} ({failure.reason}{again})")
    for address in report.uncertain:
        click.echo(f"  uncertain: {_safe(address)} (the connection broke; --retry-uncertain sends it again)")
    if report.left:
        click.echo(f"  not reached: {len(report.left)}; run it again to continue")
    if report.stopped:
        click.echo(f"Error: {report.stopped}", err=True)


def _print_skipped(skipped: dict[str, list[str]]) -> None:
    for reason, names in skipped.items():
        click.echo(f"  {reason}: {len(names)}  {', '.join(map(_safe, names))}")


def _safe(text: str) -> str:
    """`text` without terminal control characters: a malformed address was never checked."""
    return "".join(character if character.isprintable() else "�" for character in text)
