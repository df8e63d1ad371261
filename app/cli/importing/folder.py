"""The command that brings a folder of pictures into Cloudinary."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from app.adapters.cloudinary import Cloudinary, Uploads
from app.adapters.terminal import Progress
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.errors import SettingError
from app.core.plurals import count
from app.core.shutdown import Shutdown
from app.core.sources import CLOUDINARY
from app.services.importing import Importing, ImportReport
from app.services.importing.importing import Watch


@click.command("import", short_help="Bring a folder of pictures into Cloudinary.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--campaign", required=True, metavar="NAME", help="The campaign whose pictures these are.")
@click.option("--dry-run", is_flag=True, help="Upload nothing; say what would be. Still calls Cloudinary.")
def import_folder(folder: Path, campaign: str, dry_run: bool) -> None:
    """Upload the pictures of FOLDER and its subfolders to a campaign, where they wait for a moderator.

    JPEG, PNG, HEIC, WebP, AVIF, TIFF and GIF. Each subfolder is an album and becomes a tag. A table people.csv in
    FOLDER (columns file, email, name, consent) says whose the pictures are; a picture with the consent "no" stays here.

    Nothing is ever uploaded twice or replaced: interrupted at any time and started again, on whatever machine, the
    command continues where it stopped. Ctrl-C stops it after the uploads that have begun. Exit code 1 if a picture
    could not be uploaded.

    \b
    Examples:  python -m app import ~/Pictures/party --campaign sayno --dry-run
               python -m app import ~/Pictures/party --campaign sayno
    """
    settings = read_settings()
    rules = load_campaigns(settings.campaigns_file)
    rules.require(campaign)
    if rules[campaign].source != CLOUDINARY:
        raise SettingError(f"{campaign} has its photos in {rules[campaign].source}: put the pictures there instead.")
    account = settings.required_account()
    progress, stopping = Progress("pictures"), Shutdown()
    cloudinary = Cloudinary(account, settings.delivery_hosts)
    importing = Importing(cloudinary, Uploads(account), Watch(progress.say, progress.show), stopping, stopping.sleep)
    stopping.on_signals()
    progress.begin(campaign)
    try:
        report = importing.run(folder, rules[campaign], dry_run=dry_run)
    finally:
        progress.end()
    _print(report)
    if report.stopped:
        click.echo(f"Error: {report.stopped} Run the command again to go on.", err=True)
    if not report.is_clean:
        sys.exit(1)


def _print(report: ImportReport) -> None:
    uploaded = "would be uploaded (dry run)" if report.dry_run else "uploaded"
    click.echo(f"{report.campaign}: {count(len(report.uploaded), 'picture', 'pictures')} {uploaded}")
    _group("imported before", report.there)
    _group(
        "the same picture as another file", (f"{file} is {other}" for file, other in sorted(report.same.items())), True
    )
    refused = (f"{file} is {other}" if other else file for file, other in sorted(report.refused.items()))
    _group("without consent, and not uploaded", refused, True)
    _group("not uploaded", (f"{file}: {why}" for file, why in sorted(report.failed.items())), True)
    _group("not reached", report.left)
    for note in report.notes:
        click.echo(f"  note: {note}")


def _group(what: str, files: Iterable[str], named: bool = False) -> None:
    """One line, if there are any; with `named`, a line for each."""
    listed = list(files)
    if listed:
        click.echo(f"  {what}: {len(listed)}")
    for file in listed if named else ():
        click.echo(f"    {file}")
