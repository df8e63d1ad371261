"""The command that publishes a campaign's public face."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from app.adapters.store import Store
from app.adapters.targets import opened
from app.adapters.terminal import Progress
from app.cli.options import CollageNumber, read_settings
from app.core.config import load_campaigns
from app.core.plurals import count
from app.services.publish.ordering import order_of, where_to
from app.services.publish.publish import Publisher
from app.services.publish.sending import Report

MEGABYTE = 1_000_000


@click.command(short_help="Publish a campaign as plain files.")
@click.argument("campaign")
@click.argument("collage", type=CollageNumber(), required=False)
@click.option("--to", "address", metavar="DIR|s3://…", help="Where to; by default the campaign's key publish.")
@click.option("--invalidate", metavar="ID", help="Make this CloudFront distribution forget what was replaced.")
@click.option("--wait", is_flag=True, help="Wait until the distribution has forgotten.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent and removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def publish(
    campaign: str,
    collage: str | None,
    address: str | None,
    invalidate: str | None,
    *,
    wait: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Publish CAMPAIGN's newest collage, or COLLAGE: its page, pictures and wall as plain files.

    The target is a directory or a bucket of S3, R2 or another store that speaks S3. Only what differs is made and sent.
    Pictures that show somebody who has withdrawn are removed before anything else; other files that are no longer
    needed go at the end, some minutes after the pages that named them. It can be ended at any time: run again, it goes
    on where it stopped, and readers find whole pages all the time. Files that it did not publish are left alone.

    The campaign must be public. See docs/publishing.md for buckets, policies and costs.

    \b
    Example:  python -m app publish sayno --to /srv/www/faces
              python -m app publish sayno --to 's3://faces/sayno?site=https://faces.example.org' --invalidate E1AB2
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    rules = campaigns[campaign]
    place = where_to(settings, rules, address, Path.cwd(), invalidate)
    progress = Progress("tiles")
    progress.begin(campaign)
    now = datetime.now(UTC)
    order, cdn = order_of(
        settings, rules, collage, place, now.date(), wait=wait, dry=dry_run, own=address is None and collage is None
    )
    try:
        report = Publisher(Store(settings.store), lambda: datetime.now(UTC), progress.show).publish(
            order, opened(place), cdn
        )
    finally:
        progress.end()
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        _print(report, place.place, dry=dry_run)


def _print(report: Report, place: str, *, dry: bool) -> None:
    would = "would be " if dry else ""
    sent = f"{count(len(report.sent), 'file', 'files')} ({report.sent_bytes / MEGABYTE:.1f} MB) {would}sent"
    parts = [f"Collage {report.collage} with {count(report.people, 'person', 'people')} → {place}: {sent}"]
    parts += [f"{len(report.erased)} {would}erased"] * bool(report.erased)
    parts += [f"{len(report.removed)} {would}removed"] * bool(report.removed)
    parts += [f"{report.files} files, {report.bytes / MEGABYTE:.1f} MB in all"]
    click.echo("; ".join(parts))
    if report.invalidated:
        click.echo(
            f"CDN {would}told to forget {' '.join(report.invalidated[:10])}{' …' * (len(report.invalidated) > 10)}"
        )
