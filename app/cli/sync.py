"""The command that keeps the mirror true."""

import json
import sys

import click

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.errors import SettingError, SyncInProgress
from app.core.logging import request_context
from app.core.plurals import count
from app.services.reconcile import Report, Sync, Watch
from app.services.reconcile.report import totals

SHOWN = 10  # public IDs of a kind; --json has all
MEANING = {
    "missed": "approved there, not here",
    "stale": "an old version or address, or one file of two",
    "orphaned": "here, not approved there",
    "repaired": "of these, right now",
    "unreachable": "could not be found out or done",
}


@click.command(short_help="Bring the mirror up to date.")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--dry-run", is_flag=True, help="Change nothing; say what there is to do. Asks Cloudinary all the same.")
@click.option(
    "--thumbnails",
    is_flag=True,
    help="First remake, from the archives, the intermediates and the pictures for the screen (thumb, medium) that are"
    " missing, unreadable, of the wrong size or without what belongs inside.",
)
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Where a sync of the campaign is running, wait for its end instead of refusing.",
)
@click.option("--yes", is_flag=True, help="Remove photos even where that looks like a mistake (see above).")
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON, with every public ID.")
@click.option("--request", metavar="ID", hidden=True, help="The request that this run belongs to.")
@click.option("--place", type=(str, int), multiple=True, hidden=True, help="A campaign's place that was inherited.")
def sync(
    campaigns: tuple[str, ...],
    dry_run: bool,
    thumbnails: bool,
    wait: int,
    yes: bool,
    as_json: bool,
    request: str | None,
    place: tuple[tuple[str, int], ...],
) -> None:
    """Make the mirror of each CAMPAIGN (all by default) agree with Cloudinary, and report what did not.

    It finds what lost notifications left behind, and fills a new campaign. Photos that agree with Cloudinary's lists
    cost no call of their own; about each other one Cloudinary is asked, and nothing is removed because a list lacks
    it. Near the hourly limit of Admin API calls it waits for the next hour; ended at any time and started again, it
    goes on where it stopped. Exit code 1 where something stayed unreachable.

    More than five photos and a fifth of a campaign are not removed at once without --yes: a misspelt folder looks like
    that. Nor is any where the last sync of the campaign had another folder or account.

    \b
    missed       approved there, not here
    stale        here with an old version or address, or only one of its two files
    orphaned     here, not approved there
    repaired     of all these, what is right now
    unreachable  what could not be found out or done, and why; also in the campaign's log

    \b
    Examples:  python -m app sync                      # what the timer does every hour
               python -m app sync sayno --dry-run      # what is there to do?
               python -m app sync sayno --thumbnails
    """
    settings = read_settings()
    run = click.get_current_context().with_resource(request_context(request))
    rules = load_campaigns(settings.campaigns_file)
    rules.require(*campaigns)
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    exiftool = ExifTool()
    exiftool.version()
    places = dict(place)
    reports, failed, progress = [], False, Progress("photos")
    try:
        syncing = Sync(cloudinary, Store(settings.store), exiftool, rules, Watch(progress.say, progress.show))
        for name in dict.fromkeys(campaigns or rules):
            progress.begin(name)
            try:
                how = {"dry_run": dry_run, "remake": thumbnails, "sure": yes}
                reports.append(syncing.run(name, **how, patience=wait, place=places.get(name)))
            except (SettingError, SyncInProgress) as error:  # the others have their turn all the same
                progress.say(f"Error: {error}")
                failed = True
            progress.end()
            if not as_json and reports and reports[-1].campaign == name:
                _print(reports[-1])
    finally:
        progress.end()
        exiftool.close()
    calls = cloudinary.quota.calls
    left = cloudinary.quota.standing.left
    if as_json:
        told = [report.as_json() for report in reports]
        calls_told = {"calls": calls, "calls_left": left, "request_id": run}
        click.echo(json.dumps({"campaigns": told, "totals": totals(reports)} | calls_told, ensure_ascii=False))
    else:
        click.echo(f"{calls} Admin API calls" + ("" if left is None else f", {left} left this hour"))
        click.echo(f"In the logs this run is request={run}")
    for report in reports:
        if report.doubt and not yes:
            click.echo(
                f"{'Warning' if dry_run else 'Error'}: {report.doubt}. None of them"
                f" {'would be' if dry_run else 'was'} removed; if they should be, run"
                f" python -m app sync {report.campaign} --yes",
                err=True,
            )
    if failed or any(report.unreachable or report.withheld for report in reports):
        sys.exit(1)


def _print(report: Report) -> None:
    told = report.as_json()
    dry = ", nothing was changed (dry run)" if report.dry_run else ""
    click.echo(
        f"{report.campaign}: {count(report.agreed, 'photo agrees', 'photos agree')},"
        f" {count(report.asked, 'was', 'were')} asked about{dry}"
    )
    for name, meaning in MEANING.items():
        rows = told[name]
        public_ids = [row["public_id"] if isinstance(row, dict) else row for row in rows]
        shown = "" if name in ("repaired", "unreachable") else _shortened(public_ids)
        click.echo(f"  {name:<11} {len(rows):>6}  {f'({meaning})':<48}{shown}".rstrip())
    for row in told["unreachable"]:
        click.echo(f"    {row['public_id']}: {row['reason']}")
    for public_id, kind in sorted(report.no_images.items()):
        click.echo(f"  approved, but no image and not stored: {public_id} ({kind})")
    if report.remade:
        verb = "would be remade" if report.dry_run else "remade"
        click.echo(f"  photos whose thumbnails {verb}: {len(report.remade)}  {_shortened(sorted(report.remade))}")


def _shortened(public_ids: list[str]) -> str:
    more = f", and {len(public_ids) - SHOWN} more (see --json)" if len(public_ids) > SHOWN else ""
    return ", ".join(public_ids[:SHOWN]) + more
