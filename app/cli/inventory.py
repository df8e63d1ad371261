"""The command that compares Cloudinary with the store."""

import json
from collections.abc import Mapping
from typing import Any

import click

from app.adapters.store import Store
from app.cli.options import read_settings
from app.cli.table import print_csv
from app.core.config import load_campaigns
from app.services.inventory import Folder, as_json, each, take
from app.services.sources import Sources


@click.command(short_help="Count what is in Cloudinary and here.")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--assets", "with_assets", is_flag=True, help="Also list each asset.")
@click.option("--json", "form", flag_value="json", help="Print the inventory as JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print it as CSV: a line for each folder and status, or asset.")
def inventory(campaigns: tuple[str, ...], with_assets: bool, form: str | None) -> None:
    """Count what Cloudinary and the campaigns' folders hold and what is here, side by side.

    For each folder and moderation status: how many, in which formats, with and without an address, with which tags,
    and how many of them are here. Without CAMPAIGN, includes folders that belong to no campaign. Run this first when
    figures look odd; it changes nothing and shows no address.

    \b
    missing  approved there, not here
    extra    here, not approved there according to the lists, which lag by seconds
             (python -m app sync looks each up, and repairs)

    \b
    Examples:  python -m app inventory
               python -m app inventory sayno --assets --csv > sayno.csv
    """
    settings = read_settings()
    rules = load_campaigns(settings.campaigns_file)
    rules.require(*campaigns)
    sources, store, folders = Sources(settings), Store(settings.store), list[Folder]()
    for source, mine in rules.by_source().items():
        wanted = [name for name in dict.fromkeys(campaigns) if name in mine]
        if wanted or not campaigns:
            folders += take(sources[source], store, mine, wanted)
    calls, left = sources.calls or 0, sources.calls_left
    if form == "json":
        listed = [as_json(folder, assets=with_assets) for folder in folders]
        click.echo(json.dumps({"folders": listed, "calls": calls, "calls_left": left}, ensure_ascii=False))
        return
    if form == "csv":
        _csv(folders, with_assets)
    else:
        for folder in folders:
            _table(folder, with_assets)
    # on stderr with --csv, so that stdout is only the table
    click.echo(f"{calls} Admin API calls" + ("" if left is None else f", {left} left this hour"), err=form == "csv")


def _table(folder: Folder, with_assets: bool) -> None:
    name = folder.path or "(no folder)"
    here = f"{folder.held} here, {len(folder.missing)} missing, {len(folder.extra)} extra"
    click.echo(f"{name}: {len(folder.assets)} there, {here if folder.campaign else 'no campaign'}")
    click.echo(f"  {'status':<12}{'there':>7}{'here':>7}{'address':>9}{'none':>7}  formats; tags")
    for status, row in folder.statuses.items():
        counted = f"{row.count:>7}{row.held:>7}{row.with_address:>9}{row.without_address:>7}"
        kinds = "; ".join(filter(None, (_counts(row.formats), _counts(row.tags))))
        click.echo(f"  {status:<12}{counted}  {kinds}".rstrip())
    if folder.no_images:
        click.echo(f"  not images, so not stored: {len(folder.no_images)}")
    if with_assets:
        for asset in each(folder):
            marks = ["here" if asset["held"] else "not here", asset["format"] or "?"]
            marks += {True: ["address"], False: ["no address"]}.get(asset["address"], [])
            click.echo(f"    {asset['status']:<12} {asset['public_id']}  ({', '.join(marks + asset['tags'])})")


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.items())


def _csv(folders: list[Folder], with_assets: bool) -> None:
    """A line for each asset, or for each folder and status."""
    head: tuple[str, ...] = ("folder", "campaign", "status", "count", "formats", "with_address", "without_address")
    head += ("tags", "held", "missing", "extra")
    rows: list[list[Any]] = []
    if with_assets:
        head = ("folder", "campaign", "public_id", "status", "format", "address", "tags", "held")
        for folder in folders:
            for asset in each(folder):
                values = asset | {"tags": ", ".join(asset["tags"])}
                rows.append([folder.path, folder.campaign, *(_word(values[key]) for key in head[2:])])
    else:
        for folder in folders:
            for status, row in folder.statuses.items():
                known = [row.count, _counts(row.formats), row.with_address, row.without_address, _counts(row.tags)]
                missing = len(folder.missing) if status == "approved" else 0
                extra = row.held if status != "approved" else 0
                rows.append([folder.path, folder.campaign, status, *known, row.held, missing, extra])
            listed = {asset.asset.public_id for asset in folder.assets}
            if unlisted := sum(public_id not in listed for public_id in folder.extra):
                rows.append([folder.path, folder.campaign, "unlisted", 0, "", 0, 0, "", unlisted, 0, unlisted])
    print_csv([head, *rows])


def _word(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
