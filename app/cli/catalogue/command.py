"""The command that shows and fills the catalogue."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from app.adapters import imaging, places
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.photos.entries import COLUMNS, Entry
from app.cli.catalogue.table import lines, summary
from app.cli.options import print_notes, read_settings
from app.cli.table import print_csv
from app.core.config import load_campaigns
from app.core.errors import SettingError
from app.core.plurals import count
from app.services.catalogue.filling import Filled, Filling
from app.services.reconcile.budget import Budget
from app.services.sources import Sources


@click.command(short_help="Show when and where photos were taken.")
@click.argument("campaign")
@click.option("--json", "form", flag_value="json", help="Print the catalogue as JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print the catalogue as CSV.")
def catalogue(campaign: str, form: str | None) -> None:
    """Show when and where the photos of CAMPAIGN were taken, with what, and how large they were.

    Only for a campaign with `catalogue` in campaigns.toml. Entries are written when photos arrive; this fills in those
    that are missing, from the pictures of a folder, or with one Admin API call a photo. Lines that cannot be read are
    kept aside. Exit code 1 if nothing could be found out about a photo.

    \b
    Example:  python -m app catalogue sayno
              python -m app catalogue sayno --csv > photos.csv
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    rules, store = campaigns[campaign], Store(settings.store)
    if rules.catalogue is None:
        left = store.catalogue.path(campaign) if store.catalogue.exists(campaign) else None
        raise SettingError(
            f'{campaign} keeps no catalogue: add catalogue = "place" to its table in campaigns.toml.'
            + (f" It kept one before: remove {left} if nobody needs it." if left else "")
        )
    if reason := places.why_not():
        raise SettingError(
            f"Places cannot be looked up ({reason}): scripts/setup --catalogue installs what is missing."
        )
    imaging.policy.require()
    source, exiftool = Sources(settings)[rules.source], ExifTool()
    exiftool.version()
    budget = Budget(source.quota, lambda text: click.echo(text, err=True))
    with click.progressbar(length=1, label="Reading", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        filling = Filling(source, store, exiftool, lambda: datetime.now(UTC), budget.spend, progress)
        try:
            filled = filling.fill(rules)
        finally:
            filling.close()
            exiftool.close()
    _print(campaign, filled, form)
    _report(store, campaign, filled)
    if filled.skipped:
        sys.exit(1)


def _print(campaign: str, filled: Filled, form: str | None) -> None:
    if form == "json":
        photos = [asdict(entry) for entry in filled.entries]
        click.echo(json.dumps({"campaign": campaign, "photos": photos}, ensure_ascii=False))
    elif form == "csv":
        print_csv([COLUMNS, *(_row(entry).values() for entry in filled.entries)])
    else:
        for line in lines(filled.entries):
            click.echo(line)
        click.echo(f"\n{summary(filled.entries)}; {filled.new} filled in")


def _row(entry: Entry) -> dict[str, Any]:
    """A cell for each column; that of the looks is JSON, empty where there are none."""
    cells = asdict(entry)
    return cells | {"looks": json.dumps(cells["looks"]) if cells["looks"] else None}


def _report(store: Store, campaign: str, filled: Filled) -> None:
    """What is not in the table, on stderr."""
    if filled.damaged:
        named = ", ".join(map(str, filled.damaged))
        aside = store.catalogue.aside(campaign)
        click.echo(f"{store.catalogue.path(campaign)}: line {named} cannot be read; kept in {aside}", err=True)
    print_notes(filled.skipped, err=True)
    waiting = sum(entry.pending for entry in filled.entries)
    if waiting:
        click.echo(
            f"The place of {count(waiting, 'photo', 'photos')} could not be looked up; run this again.", err=True
        )
