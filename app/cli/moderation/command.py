"""Approves and rejects photos where they come from."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.plurals import count
from app.core.sources import Status
from app.services.moderation.board import Board
from app.services.moderation.moderation import Moderation
from app.services.reconcile.budget import Budget
from app.services.sources import Sources


@click.command(short_help="Approve and reject photos.")
@click.argument("campaign")
@click.argument("public_ids", nargs=-1, metavar="[ID]...")
@click.option("--approve", "wanted", flag_value="approved", help="Approve these photos.")
@click.option("--reject", "wanted", flag_value="rejected", help="Reject these photos.")
@click.option("--all-pending", is_flag=True, help="All photos that wait, who waits longest first.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, or what waits, as JSON.")
def moderate(
    campaign: str, public_ids: tuple[str, ...], wanted: Status | None, all_pending: bool, as_json: bool
) -> None:
    """Approve or reject photos of CAMPAIGN in Cloudinary, or move their files; the mirror follows as ever.

    Each photo takes one Admin API call. Near the hourly limit the command waits for the next hour. Without --approve
    and --reject it lists the photos that wait. Exit code 1 if a photo failed; run the command again for those.

    \b
    Example:  python -m app moderate sayno
              python -m app moderate sayno --approve supporters/selfie-07 supporters/selfie-08
              python -m app moderate sayno --reject --all-pending
    """
    if wanted is not None and bool(public_ids) == all_pending:
        raise click.UsageError("Name the photos by their public IDs, or all that wait with --all-pending.")
    if wanted is None and (public_ids or all_pending):
        raise click.UsageError("Say what to do with these photos: --approve or --reject.")
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    sources = Sources(settings)
    moderation = Moderation(sources, Store(settings.store), campaigns)
    board = moderation.board(campaign, again=True)
    if wanted is None:
        _print_waiting(board, as_json=as_json)
        return
    photos = [row.asset.public_id for row in board.rows["pending"]] if all_pending else list(dict.fromkeys(public_ids))
    budget = Budget(sources[campaigns[campaign].source].quota, lambda text: click.echo(text, err=True))
    done, failed = _moderated(moderation, campaign, photos, wanted, budget)
    if as_json:
        click.echo(json.dumps({"campaign": campaign, "status": wanted, "done": done, "failed": failed}))
    else:
        click.echo(f"{campaign}: {count(len(done), 'photo', 'photos')} {wanted}")
    for public_id, reason in failed.items():
        click.echo(f"  {public_id}: {reason}", err=True)
    if failed:
        sys.exit(1)


def _moderated(
    moderation: Moderation, campaign: str, photos: Sequence[str], wanted: Status, budget: Budget
) -> tuple[list[str], dict[str, str]]:
    done: list[str] = []
    failed: dict[str, str] = {}
    progress = Progress("photos")
    progress.begin(campaign)
    try:
        for public_id, reason in moderation.decide(campaign, photos, wanted, budget.spend):
            if reason is None:
                done.append(public_id)
            else:
                failed[public_id] = reason
            progress.show(len(done) + len(failed), len(photos))
    finally:
        progress.end()
    return done, failed


def _print_waiting(board: Board, *, as_json: bool) -> None:
    if "pending" in board.more:
        click.echo("More photos wait than are listed here.", err=True)
    rows = [
        {"public_id": row.asset.public_id, "name": row.name, "sent_at": _moment(row.asset.sent_at)}
        for row in board.rows["pending"]
    ]
    if as_json:
        click.echo(json.dumps({"counts": board.counts, "pending": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['sent_at'] or 'unknown':<20}  {row['public_id']}  {row['name']}")
    click.echo(", ".join(f"{number:,} {status}" for status, number in board.counts.items()))


def _moment(seconds: float) -> str | None:
    """UTC, ISO 8601 with Z."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}" if seconds else None
