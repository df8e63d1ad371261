"""The command that builds a collage."""

import json
import shlex
import sys
import time
from pathlib import Path

import click

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.cli.collages.canvas import finish_options, given_options, given_size, offer_lines, size_options
from app.cli.collages.description import description
from app.cli.options import CollageNumber, read_settings
from app.core import errors
from app.core.config import Settings, load_campaigns
from app.services.collage import job
from app.services.collage.finish import finish
from app.services.collage.layout import places
from app.services.collage.mosaic import picture
from app.services.collage.mosaic.wish import MOST_REPEATS, MOST_TINT, Mosaic
from app.services.collage.plan import Parameters, plan
from app.services.collage.withdrawn import Withdrawn
from app.services.looks.recipes import load_looks
from app.services.looks.standing import UsedLook

PATIENCE = 0.3  # seconds to wait for the lock: another process may only be checking whether a build is running


@click.command(short_help="Build a collage of a campaign's photos.")
@click.argument("campaign")
@click.option("--photos", type=click.IntRange(min=1), metavar="N", help="Show at most N people.")
@size_options
@finish_options
@click.option("--exclude", multiple=True, metavar="PUBLIC_ID", help="Leave this photo out; repeatable.")
@click.option(
    "--pin",
    multiple=True,
    metavar="PUBLIC_ID=PLACE",
    help="Show this photo at a place: middle, or row,column, counted from 1; repeatable.",
)
@click.option("--duplicates", is_flag=True, help="Show every photo of people who sent several, not just the newest.")
@click.option("--look", metavar="LOOK", help="Show what this look made of the photos, of everyone who has it.")
@click.option(
    "--mosaic",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PICTURE",
    help="Seat people so that together they show this picture.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, MOST_REPEATS),
    metavar="N",
    help="Show everyone once and at most N times, in a finer mosaic.  [default: 1]",
)
@click.option(
    "--tint",
    type=click.FloatRange(0, MOST_TINT),
    metavar="PART",
    help=f"Blend each cell with this part of the picture's colour, 0 to {MOST_TINT:g}.  [default: 0]",
)
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
    size: str | None,
    dpi: int | None,
    formats: tuple[str, ...],
    background: str | None,
    exclude: tuple[str, ...],
    pin: tuple[str, ...],
    duplicates: bool,
    look: str | None,
    mosaic: Path | None,
    repeat: int | None,
    tint: float | None,
    rebuild: str | None,
    as_json: bool,
) -> None:
    """Build a collage of CAMPAIGN's approved photos.

    People who have never been in a finished collage come first, then those who have been in the fewest, then the
    earliest approved. Photos with the same address, or with the same picture, count as one person, who gets one place.

    \b
    Examples:  python -m app collage sayno --photos 500
               python -m app collage sayno --print 3000x2000mm --dpi 100 --format tiff
               python -m app collage sayno --pin supporters/ada=middle --pin supporters/ben=1,1
               python -m app collage sayno --look orange --background '#FF9416'
               python -m app collage sayno --mosaic portrait.jpg --width 3072 --tint 0.2
               python -m app collage sayno --rebuild 0003
    """
    _refuse_contradictions(click.get_current_context())
    pins = _pins(pin)
    settings = read_settings()
    load_campaigns(settings.campaigns_file).require(campaign)
    store = Store(settings.store)
    if rebuild is None:
        made_of = finish(size, dpi, formats, background)
        shown = Mosaic(picture.target(mosaic.read_bytes()), repeat or 1, tint or 0.0) if mosaic else None
        parameters = Parameters(
            photos, width, height, frozenset(exclude), duplicates, made_of, pins, _used(settings, look), shown
        )
        manifest = _built(store, campaign, parameters)
    else:
        manifest = _rebuilt(store, campaign, rebuild)
    if as_json:
        click.echo(json.dumps(manifest.as_json(), ensure_ascii=False))
        return
    for line in description(store, campaign, manifest):
        click.echo(line)


def _refuse_contradictions(context: click.Context) -> None:
    """Raises UsageError for options that exclude each other."""
    given = given_size(context)
    if "rebuild" in given and given & {"size", "dpi", "formats", "background", "pin", "look", "mosaic"}:
        raise click.UsageError(
            "--rebuild makes the same again; leave out --print, --dpi, --format, --background, --pin, --look and "
            "--mosaic."
        )
    if given & {"repeat", "tint"} and "mosaic" not in given:
        raise click.UsageError("--repeat and --tint are for mosaics; name a picture with --mosaic.")


def _used(settings: Settings, name: str | None) -> UsedLook | None:
    """A look by today's recipe. Raises NotFound, SettingError."""
    if name is None:
        return None
    look = load_looks(settings.looks_file, required=True).require(name)
    return UsedLook(look.name, look.recipe)


def _pins(given: tuple[str, ...]) -> dict[str, str]:
    """Places by public ID. Raises BadParameters, UsageError."""
    wanted: dict[str, str] = {}
    for one in given:
        public_id, separator, place = one.rpartition("=")
        if not separator:
            raise click.UsageError(f"--pin takes a public ID and a place, such as {one}=middle.")
        if public_id in wanted:
            raise click.UsageError(f"{public_id} is pinned twice; choose one place.")
        wanted[public_id] = place
    return places.pins(wanted)


def _built(store: Store, campaign: str, parameters: Parameters) -> Manifest:
    """The manifest of a new collage."""
    options = given_options(click.get_current_context())
    command = shlex.join(["python", "-m", "app", "collage", campaign, *options])
    grid = plan(store, campaign, parameters).grid
    repeated = parameters.mosaic is not None and parameters.mosaic.repeat > 1
    for line in () if parameters.finish.print or repeated else offer_lines(grid, command):
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
