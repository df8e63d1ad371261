"""The command that keeps the mirror up to date."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import print_notes, read_settings
from app.cli.sync_report import print_end, print_report, warn_of_doubts
from app.core.config import Campaigns, load_campaigns
from app.core.errors import FolderUnavailable, SettingError, SyncInProgress
from app.core.logging import request_context
from app.services.media.agreement import agree
from app.services.media.media import Media
from app.services.processor.followers import Follower, followers
from app.services.reconcile import Sync, SyncReport, Watch
from app.services.sources import Sources


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
    print_end(reports, sources, run, as_json=as_json)
    print_notes(left, err=True)
    warn_of_doubts(reports, dry_run=dry_run, sure=yes)
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
            print_report(report)
    return reports, failed
