"""The command that follows a folder."""

import click

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.cli.options import print_notes, read_settings
from app.core.config import load_campaigns
from app.core.errors import CollagenError, SettingError
from app.core.shutdown import Shutdown
from app.services.media.media import Media
from app.services.processor.followers import followers
from app.services.processor.processor import Processor
from app.services.reconcile import Sync, SyncReport
from app.services.reconcile import Watch as Reports
from app.services.sources import Sources
from app.services.watch import Watching

PATIENCE = 600.0  # seconds to wait for a sync that the timer has started


@click.command(short_help="Follow a campaign's folder.")
@click.argument("campaign")
def watch(campaign: str) -> None:
    """Bring the mirror of CAMPAIGN, whose photos come from a folder, up to date as soon as a file changes.

    Begins with a sync. A file is read once it has stopped growing. Removing many files at once looks like a folder
    that is not mounted: such photos stay until you run python -m app sync CAMPAIGN --yes. Runs until SIGTERM or Ctrl-C,
    and finishes the photo that it is at.

    \b
    Example:  python -m app watch album
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    rules = campaigns[campaign]
    if rules.directory is None:
        raise SettingError(
            f"The photos of {campaign} come from Cloudinary, which sends notifications; only a folder can be watched."
        )
    stopping = Shutdown()
    stopping.on_signals()
    imaging.policy.require()
    store, exiftool = Store(settings.store), ExifTool()
    store.root.require()
    exiftool.version()
    source, mine = Sources(settings)[rules.source], campaigns.of_source(rules.source)
    after = followers(settings, campaigns, Media.of(settings, store))
    processor = Processor(source, store, exiftool, mine, followers=after)
    syncing = Sync(source, store, exiftool, mine, Reports(click.echo), followers=after)

    def sync() -> None:
        try:
            _print(syncing.run(campaign, patience=PATIENCE))
        except CollagenError as error:
            click.echo(f"{campaign}: {error}", err=True)

    try:
        Watching(rules, processor, sync, click.echo).run(stopping)
    finally:
        processor.close()
        exiftool.close()
    click.echo("Stopped.")


def _print(report: SyncReport) -> None:
    click.echo(
        f"{report.campaign}: {report.agreed} agree, {len(report.repaired)} brought up to date,"
        f" {len(report.unreachable)} unreachable"
    )
    for public_id, reason in sorted(report.unreachable.items()):
        click.echo(f"  {public_id}: {reason}")
    if report.doubt:
        click.echo(f"  {report.doubt}. None was removed; if they should be: python -m app sync {report.campaign} --yes")
    print_notes(report.notes)
