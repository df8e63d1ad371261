"""The command that takes over the first prototype's store."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.prototype import OldStore
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.errors import NotFound
from app.core.plurals import count
from app.core.sources import CLOUDINARY
from app.services.moving import Moving, MovingReport
from app.services.moving.mailed import parse


@click.command("import-prototype", short_help="Take over the first prototype's store.")
@click.argument("old", metavar="STORE", type=click.Path(path_type=Path))
@click.option(
    "--mailed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Addresses that the prototype's script mailed: one a line, or a CSV with a column email.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be taken over. Still calls Cloudinary.")
def import_prototype(old: Path, mailed: Path | None, dry_run: bool) -> None:
    """Take over the photos and the log of the first prototype's STORE (/mnt/efs) into the configured store.

    Takes the campaigns that campaigns.toml has. An archive is taken over if Cloudinary's lists say which photo it is
    and that the photo is approved and has not changed since; the next sync fetches the rest. STORE is never changed,
    and an interrupted run can be repeated. Addresses in its log are not taken over.

    With --mailed, notify treats these people as told about an earlier collage of each campaign taken over: they get no
    mail, except with --everyone. The store keeps hashes of their addresses.

    Exit code 1 if something could not be done. docs/moving-in.md has the whole move.

    \b
    Examples:  python -m app import-prototype /mnt/efs --dry-run
               python -m app import-prototype /mnt/efs --mailed sent.csv
    """
    settings = read_settings()
    rules = load_campaigns(settings.campaigns_file).of_source(CLOUDINARY)
    account, store, tree = settings.required_account(), Store(settings.store), OldStore(old)
    store.root.require()
    tree.require_apart_from(settings.store)
    addresses = None if mailed is None else parse(mailed.read_bytes(), str(mailed))
    known = [name for name in tree.campaigns() if name in rules]
    if not known:
        raise NotFound(f"{old} has no directory of a campaign in campaigns.toml with photos in approved/.")
    exiftool, progress = ExifTool(), Progress("photos")
    exiftool.version()
    cloudinary = Cloudinary(account, settings.delivery_hosts)
    moving = Moving(cloudinary, store, exiftool, rules, progress.say, progress.show)
    failed = False
    try:
        if not dry_run:
            store.sweep()
        for name in known:
            progress.begin(name)
            report = moving.run(tree, name, addresses, dry_run=dry_run)
            progress.end()
            _print(report)
            failed = failed or bool(report.failed)
    finally:
        progress.end()
        moving.close()
        exiftool.close()
    for name in tree.campaigns():
        if name not in rules:
            click.echo(f"{name}: left out, campaigns.toml has no such campaign")
    if failed:
        sys.exit(1)


def _print(report: MovingReport) -> None:
    would = " (dry run)" if report.dry_run else ""
    taken = count(len(report.taken), "photo", "photos")
    click.echo(f"{report.campaign}: {taken} taken over{would}, {len(report.there)} there before")
    click.echo(f"  the next sync fetches {count(report.fetches, 'photo', 'photos')}")
    _group("may have changed in Cloudinary since", report.older)
    _group("not as Collagen stores them", (f"{name}: {why}" for name, why in report.unfit.items()))
    _group("not approved in Cloudinary now", report.gone)
    _group("in no list of the campaign in Cloudinary", report.unknown)
    _group("of several photos", (f"{name}: {' or '.join(ids)}" for name, ids in report.ambiguous.items()))
    _group("failed", (f"{name}: {why}" for name, why in report.failed.items()))
    click.echo(f"  log lines taken over: {report.lines}")
    if report.mailed is not None:
        click.echo(f"  people recorded as mailed: {report.mailed}")


def _group(what: str, names: Iterable[str]) -> None:
    """The number, and a line for each, if there are any."""
    listed = list(names)
    if listed:
        click.echo(f"  {what}: {len(listed)}")
    for name in listed:
        click.echo(f"    {name}")
