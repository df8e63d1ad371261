"""The command that checks the store."""

import json
import sys

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.plurals import count
from app.services import check as checks
from app.services.looks.recipes import load_looks
from app.services.media.media import Media


@click.command(short_help="Check that photos and collages are whole.")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--repair", is_flag=True, help="Repair what can be repaired without Cloudinary.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(campaigns: tuple[str, ...], repair: bool, as_json: bool) -> None:
    """Check that every photo, look and collage is whole and in its place.

    Without CAMPAIGN, checks the whole store. Each finding is a line: where, what, and what to do. Safe to run while
    photos arrive. Exit code 1 if something is wrong and was not repaired.

    \b
    --repair remakes intermediates from archives and derivatives from masters, and removes temporary files, unfinished
    collages, intermediates without an archive, and looks that are damaged or out of date. It withdraws a collage whose
    manifest is damaged. It never removes or changes an archive.

    \b
    Example:  python -m app check
              python -m app check sayno --repair
    """
    settings = read_settings()
    store = Store(settings.store)
    held = store.root.campaigns()
    if missing := [name for name in campaigns if name not in held]:
        load_campaigns(settings.campaigns_file).require(*missing)
    looks, exiftool = load_looks(settings.looks_file), ExifTool()
    exiftool.version()
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label="Checking", file=sys.stderr, hidden=hidden) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        try:
            media = Media.of(settings)
            report = checks.run(store, exiftool, campaigns, repair=repair, looks=looks, media=media, progress=progress)
        finally:
            exiftool.close()
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for finding in report.findings:
            click.echo(str(finding))
        mended = len(report.findings) - len(report.wrong)
        click.echo(
            f"{count(report.photos, 'photo', 'photos')} and {count(report.collages, 'collage', 'collages')} checked:"
            f" {len(report.wrong) or 'nothing'} wrong" + (f", {mended} mended" if mended else "")
        )
    sys.exit(1 if report.wrong else 0)
