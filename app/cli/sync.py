"""The command that keeps the mirror up to date."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import print_notes, read_settings
from app.core.config import Campaigns, load_campaigns
from app.core.errors import FolderUnavailable, SettingError, SyncInProgress
from app.core.logging import request_context
from app.core.plurals import count
from app.services.media.agreement import agree
from app.services.media.media import Media
from app.services.processor.followers import Follower, followers
from app.services.reconcile import Sync, SyncReport, Watch
from app.services.reconcile.report import totals
from app.services.sources import Sources

SHOWN = 10  # public IDs of each kind; --json has all
MEANING = {
    "missed": "approved there, not here",
    "stale": "an old version or address, or one file of two",
    "orphaned": "here, not approved there",
    "repaired": "of these, right now",
    "unreachable": "could not be found out or done",
}


@click.command(short_help="Bring the mirror up to date.")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--dry-run", is_flag=True, help="Change nothing; say what there is to do. Still calls Cloudinary.")
@click.option(
    "--thumbnails",
    is_flag=True,
    help="First remake, from the archives, the intermediates and the pictures for the screen that are"
    " missing, unreadable, the wrong size or incomplete inside.",
)
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=0,
    metavar="SECONDS",
    help="If a sync of the campaign is running, wait this long for it to end instead of refusing.",
)
@click.option("--yes", is_flag=True, help="Remove photos even if that looks like a mistake (see above).")
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
    """Make the mirror of each CAMPAIGN (all by default) agree with its source, and report what did not.

    Repairs what lost notifications left behind, and fills a new campaign. Photos that agree with Cloudinary's lists
    cost no call; each other photo is looked up, and none is removed only because a list lacks it. Near the hourly limit
    of Admin API calls the command waits for the next hour; interrupted at any time and started again, it continues
    where it stopped. Of a folder, only new and changed pictures are decoded. Exit code 1 if something stayed
    unreachable.

    Without --yes, a sync does not remove more than five photos that make up over a fifth of a campaign: a misspelt
    folder looks like that. Nor does it remove any if the campaign's last sync used another folder or account.

    \b
    missed       approved there, not here
    stale        here with an old version or address, or only one of its two files
    orphaned     here, not approved there
    repaired     those of the above that are right now
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
    sources, store = Sources(settings), Store(settings.store)
    exiftool, progress = ExifTool(), Progress("photos")
    exiftool.version()
    media = Media.of(settings, store)
    after = followers(settings, rules, media)
    options = {"dry_run": dry_run, "remake": thumbnails, "sure": yes, "patience": wait}
    try:
        syncing = _syncing(after, sources, store, exiftool, rules, Watch(progress.say, progress.show))
        reports, failed = _run(syncing, campaigns or _every(rules), dict(place), options, progress, as_json=as_json)
    finally:
        progress.end()
        exiftool.close()
    left = {} if dry_run else _agree_on_media(media, store, [report.campaign for report in reports], progress)
    _print_end(reports, sources, run, as_json=as_json)
    print_notes(left, err=True)
    _warn_of_doubts(reports, dry_run=dry_run, sure=yes)
    if failed or left or any(report.unreachable or report.withheld for report in reports):
        sys.exit(1)


def _agree_on_media(media: Media | None, store: Store, campaigns: list[str], progress: Progress) -> dict[str, str]:
    """Brings object storage up to date; returns what is left for the next time, by public ID."""
    left: dict[str, str] = {}
    if media is None:
        return left
    for name in campaigns:
        progress.begin(f"{name}: pictures in object storage")
        try:
            done = agree(store, media, name, progress.show)
        finally:
            progress.end()
        if done.put or done.deleted:
            progress.say(f"{name}: {len(done.put)} put into object storage, {len(done.deleted)} deleted there")
        left |= done.left
    return left


def _every(rules: Campaigns) -> list[str]:
    """All campaigns, folders first: they need nobody else, and a failing Cloudinary ends the run."""
    return sorted(rules, key=lambda name: rules[name].directory is None)


def _syncing(
    after: Sequence[Follower],
    sources: Sources,
    store: Store,
    exiftool: ExifTool,
    rules: Campaigns,
    watch: Watch,
) -> Callable[[str], Sync]:
    """Finds the sync of a campaign's source. `after`: what else happens with each photo."""
    known: dict[str, Sync] = {}

    def of(campaign: str) -> Sync:
        source = rules[campaign].source
        if source not in known:
            known[source] = Sync(sources[source], store, exiftool, rules.of_source(source), watch, followers=after)
        return known[source]

    return of


def _run(
    syncing: Callable[[str], Sync],
    campaigns: Iterable[str],
    places: Mapping[str, int],
    options: Mapping[str, Any],
    progress: Progress,
    *,
    as_json: bool,
) -> tuple[list[SyncReport], bool]:
    """The reports, and whether any campaign failed; the others still have their turn."""
    reports, failed = [], False
    for name in dict.fromkeys(campaigns):
        progress.begin(name)
        report = None
        try:
            report = syncing(name).run(name, place=places.get(name), **options)
            reports.append(report)
        except (SettingError, SyncInProgress, FolderUnavailable) as error:
            progress.say(f"Error: {error}")
            failed = True
        progress.end()
        if report is not None and not as_json:
            _print(report)
    return reports, failed


def _print_end(reports: list[SyncReport], sources: Sources, run: str, *, as_json: bool) -> None:
    calls, left = sources.calls, sources.calls_left
    if as_json:
        found = {"campaigns": [report.as_json() for report in reports], "totals": totals(reports)}
        end = {"calls": calls or 0, "calls_left": left, "request_id": run}
        click.echo(json.dumps(found | end, ensure_ascii=False))
    else:
        if calls is not None:
            click.echo(f"{calls} Admin API calls" + ("" if left is None else f", {left} left this hour"))
        click.echo(f"In the logs this run is request={run}")


def _warn_of_doubts(reports: list[SyncReport], *, dry_run: bool, sure: bool) -> None:
    for report in reports:
        if report.doubt and not sure:
            click.echo(
                f"{'Warning' if dry_run else 'Error'}: {report.doubt}. None of them"
                f" {'would be' if dry_run else 'was'} removed; if they should be, run"
                f" python -m app sync {report.campaign} --yes",
                err=True,
            )


def _print(report: SyncReport) -> None:
    found = report.as_json()
    dry = ", nothing was changed (dry run)" if report.dry_run else ""
    click.echo(
        f"{report.campaign}: {count(report.agreed, 'photo agrees', 'photos agree')},"
        f" {count(report.asked, 'was', 'were')} looked up{dry}"
    )
    for name, meaning in MEANING.items():
        rows = found[name]
        public_ids = [row["public_id"] if isinstance(row, dict) else row for row in rows]
        shown = "" if name in ("repaired", "unreachable") else _shortened(public_ids)
        click.echo(f"  {name:<11} {len(rows):>6}  {f'({meaning})':<48}{shown}".rstrip())
    for row in found["unreachable"]:
        click.echo(f"    {row['public_id']}: {row['reason']}")
    for public_id, kind in sorted(report.no_images.items()):
        click.echo(f"  approved, but no image and not stored: {public_id} ({kind})")
    print_notes(report.notes)
    if report.remade:
        verb = "would be remade" if report.dry_run else "remade"
        click.echo(f"  photos whose thumbnails {verb}: {len(report.remade)}  {_shortened(sorted(report.remade))}")


def _shortened(public_ids: list[str]) -> str:
    more = f", and {len(public_ids) - SHOWN} more (see --json)" if len(public_ids) > SHOWN else ""
    return ", ".join(public_ids[:SHOWN]) + more
