"""How the command `sync` reports what it found."""

import json

import click

from app.cli.options import print_notes
from app.core.plurals import count
from app.services.reconcile import SyncReport
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


def print_end(reports: list[SyncReport], sources: Sources, run: str, *, as_json: bool) -> None:
    """The last lines of a run, or all of it as JSON. `run`: its ID."""
    calls, left = sources.calls, sources.calls_left
    if as_json:
        found = {"campaigns": [report.as_json() for report in reports], "totals": totals(reports)}
        end = {"calls": calls or 0, "calls_left": left, "request_id": run}
        click.echo(json.dumps(found | end, ensure_ascii=False))
    else:
        if calls is not None:
            click.echo(f"{calls} Admin API calls" + ("" if left is None else f", {left} left this hour"))
        click.echo(f"In the logs this run is request={run}")


def warn_of_doubts(reports: list[SyncReport], *, dry_run: bool, sure: bool) -> None:
    """Says which removals were withheld because they look like a mistake."""
    for report in reports:
        if report.doubt and not sure:
            click.echo(
                f"{'Warning' if dry_run else 'Error'}: {report.doubt}. None of them"
                f" {'would be' if dry_run else 'was'} removed; if they should be, run"
                f" python -m app sync {report.campaign} --yes",
                err=True,
            )


def print_report(report: SyncReport) -> None:
    """What was found of a campaign, kind by kind."""
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
