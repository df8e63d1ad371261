"""Commands about collages."""

import json
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.cli.options import CollageNumber, read_settings
from app.core import errors
from app.core.config import load_campaigns
from app.core.plurals import count
from app.services.collage import derivatives, job, layout
from app.services.collage.offers import offers
from app.services.collage.plan import Parameters, plan
from app.services.collage.withdrawn import Withdrawn

PATIENCE = 0.3  # seconds to wait for the lock: another process may only be checking whether a build is running


def canvas(command: Any) -> Any:
    """The options --width and --height of a canvas."""
    side = click.IntRange(layout.SHORTEST, layout.LONGEST)
    for option in ("--height", "--width"):
        command = click.option(
            option, type=side, default=4096, show_default=True, help=f"{option[2:].title()} of the canvas in pixels."
        )(command)
    return command


@click.command(short_help="Build a collage of a campaign's photos.")
@click.argument("campaign")
@click.option("--photos", type=click.IntRange(min=1), metavar="N", help="Show at most N people.")
@canvas
@click.option("--exclude", multiple=True, metavar="PUBLIC_ID", help="Leave this photo out; repeatable.")
@click.option("--duplicates", is_flag=True, help="Show every photo of people who sent several, not just the newest.")
@click.option(
    "--rebuild",
    type=CollageNumber(),
    metavar="COLLAGE",
    help="Rebuild this collage without the people who have withdrawn.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def collage(
    campaign: str,
    photos: int | None,
    width: int,
    height: int,
    exclude: tuple[str, ...],
    duplicates: bool,
    rebuild: str | None,
    as_json: bool,
) -> None:
    """Build a collage of CAMPAIGN's approved photos.

    People who have never been in a finished collage come first, then those who have been in the fewest, then the
    earliest approved. Photos with the same address, or with the same picture, count as one person, who gets one place.

    \b
    Examples:  python -m app collage sayno --photos 500
               python -m app collage sayno --rebuild 0003
    """
    settings = read_settings()
    load_campaigns(settings.campaigns_file).require(campaign)
    store = Store(settings.store)
    if rebuild is None:
        manifest = _built(store, campaign, Parameters(photos, width, height, frozenset(exclude), duplicates))
    else:
        manifest = _rebuilt(store, campaign, rebuild)
    if as_json:
        click.echo(json.dumps(manifest.as_json(), ensure_ascii=False))
        return
    for line in _description(store, campaign, manifest):
        click.echo(line)


def _description(store: Store, campaign: str, manifest: Manifest) -> Iterator[str]:
    grid = manifest.layout
    yield (
        f"Collage {manifest.id} of {campaign}: {count(grid.used, 'person', 'people')} in "
        f"{grid.cols}×{grid.rows} cells of {grid.cell_width}×{grid.cell_height}; "
        f"{len(manifest.left_out)} left out, {len(manifest.unreadable)} unreadable"
    )
    if more := len(manifest.duplicates):
        yield f"  {count(more, 'more photo', 'more photos')} of the same people; --duplicates shows them"
    for file in manifest.files:
        path = store.collages.file(campaign, manifest.id, file.name).absolute()
        yield f"  {file.width}×{file.height}  {file.bytes / 1e6:5.1f} MB  {path}"


def _built(store: Store, campaign: str, parameters: Parameters) -> Manifest:
    """The manifest of a new collage."""
    options = ["--photos", str(parameters.photos)] if parameters.photos else []
    options += [part for public_id in parameters.exclude for part in ("--exclude", public_id)]
    options += ["--duplicates"] if parameters.duplicates else []
    command = shlex.join(["python", "-m", "app", "collage", campaign, *options])
    for line in _offers(plan(store, campaign, parameters).grid, command):
        click.echo(line, err=True)
    build = job.start(store, campaign, parameters)
    _watch(store, campaign, build)
    try:
        return store.collages.manifest(campaign, build.id)
    except errors.NotFound:
        state = store.collages.draft_state(campaign, build.id)
        raise errors.BuildFailed(f"The collage {build.id} of {campaign} failed: {state.get('error')}") from None


def _rebuilt(store: Store, campaign: str, collage: str) -> Manifest:
    """The manifest of a collage, rebuilt if somebody in it has withdrawn."""
    withdrawn = Withdrawn(store)
    if withdrawn.of(campaign, collage):
        build = job.revise(store, campaign, collage, (), PATIENCE)
        _watch(store, campaign, build)
        try:
            left = withdrawn.of(campaign, collage)
        except errors.NotFound:
            message = f"Everyone in the collage {collage} of {campaign} has withdrawn, so it was removed."
            raise errors.NotFound(message) from None
        if left:
            raise errors.BuildFailed(f"The collage {collage} of {campaign} was not rebuilt; see the log.")
    return store.collages.manifest(campaign, collage)


def _watch(store: Store, campaign: str, build: job.Build) -> None:
    """Shows a build's progress until it ends: a bar on a terminal, else a line every ten seconds."""
    terminal = sys.stderr.isatty()
    started = reported = time.monotonic()
    with click.progressbar(length=100, label="Building", file=sys.stderr, hidden=not terminal) as bar:
        while not build.wait(0.25):
            try:
                state = store.collages.draft_state(campaign, build.id)
            except errors.NotFound:  # it has finished since wait() returned
                continue
            percent = round(100 * state.get("progress", 0))
            bar.update(percent - bar.pos)
            if not terminal and time.monotonic() - reported > 10:
                reported = time.monotonic()
                click.echo(f"Building: {percent} % after {reported - started:.0f} s", err=True)
        bar.update(100 - bar.pos)


@click.command("layout", short_help="Show the grid for N people, and why.")
@click.argument("photos", metavar="N", type=click.IntRange(min=1))
@canvas
@click.option(
    "--report",
    type=click.File("w", encoding="utf-8", lazy=True),
    metavar="FILE",
    help="Write every case considered, with its cost, to FILE (- for standard output).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the layout as JSON.")
def layout_command(photos: int, width: int, height: int, report: Any, as_json: bool) -> None:
    """Show the grid chosen for N people, and its cost.

    \b
    Example:  python -m app layout 229
              python -m app layout 229 --report layouts.txt
    """
    chosen = layout.best(photos, width, height)
    if as_json:
        others = [
            {"width": offer.horizontal.canvas, "height": offer.vertical.canvas} | offer.as_json()
            for offer in offers(photos, width, height)
        ]
        click.echo(json.dumps(chosen.as_json() | ({"offers": others} if others else {})))
    else:
        click.echo(
            f"{count(photos, 'person', 'people')} on {width}×{height}: {chosen.cols}×{chosen.rows} cells of "
            f"{chosen.horizontal.cell}×{chosen.vertical.cell}, {chosen.used} used, {chosen.left_out} left out"
        )
        click.echo(f"horizontal {_spare(chosen.horizontal)}, vertical {_spare(chosen.vertical)}")
        click.echo(f"cost {chosen.sum}")
        for line in _offers(chosen, f"python -m app layout {photos}"):
            click.echo(line)
    if report is not None:
        for line in layout.report_lines(photos, width, height):
            report.write(f"{line}\n")


def _offers(chosen: layout.Layout, command: str) -> Iterator[str]:
    """Lines that offer a small campaign canvases that leave out fewer people; `command` is the command to repeat."""
    width, height = chosen.horizontal.canvas, chosen.vertical.canvas
    others = offers(chosen.photos, width, height)
    if others:
        people = count(chosen.photos, "person", "people")
        yield f"{width}×{height} seats {chosen.used} of {people}. Leave out fewer on another canvas:"
    for offer in others:
        across, down = offer.horizontal.canvas, offer.vertical.canvas
        yield (
            f"  {across}×{down} seats {offer.used if offer.left_out else 'all'} of them, in {offer.cols}×{offer.rows}"
            f" cells of {offer.horizontal.cell}×{offer.vertical.cell}, cost {offer.sum}"
        )
        yield f"    {command} --width {across} --height {down}"


def _spare(axis: layout.Axis) -> str:
    return f"{'clip' if axis.spare < 0 else 'pad'} {abs(axis.spare)}"


@click.command(short_help="Make a JPEG from a finished collage.")
@click.argument("master", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--longest", type=click.IntRange(min=1), default=1920, show_default=True, help="Longest side in pixels.")
def derive(master: Path, out: Path, longest: int) -> None:
    """Make a JPEG from a collage's MASTER.png: transparent border trimmed, never enlarged.

    \b
    Example:  python -m app derive data/sayno/collages/0001/collage.png card.jpg --longest 1200
    """
    width, height = derivatives.derive(master, out, longest)
    click.echo(f"{out}: {width}×{height}, {out.stat().st_size / 1e6:.1f} MB")
