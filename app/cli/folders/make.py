"""The command that makes a collage of any folder."""

import json
import logging
import shlex
import signal
from pathlib import Path
from types import FrameType

import click

from app.adapters.terminal import Progress
from app.cli.collages.canvas import finish_options, given_options, given_size, offer_lines, size_options
from app.cli.options import print_notes
from app.core.logging import configure
from app.core.plurals import count
from app.services.collage import layout
from app.services.collage.finish import finish
from app.services.collage.plan import Parameters
from app.services.make import Made, Watch
from app.services.make import make as make_collage


@click.command(short_help="Make a collage of a folder of pictures.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("collage"),
    show_default=True,
    metavar="DIR",
    help="Where to put it.",
)
@click.option("--photos", type=click.IntRange(min=1), metavar="N", help="Show at most N people.")
@size_options
@finish_options
@click.option("--duplicates", is_flag=True, help="Show a picture again if it is there twice.")
@click.option("--force", is_flag=True, help="Replace a collage that is in DIR already.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def make(
    folder: Path,
    out: Path,
    photos: int | None,
    width: int,
    height: int,
    size: str | None,
    dpi: int | None,
    formats: tuple[str, ...],
    background: str | None,
    duplicates: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make a collage of all pictures in FOLDER, at any depth: JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF.

    Needs no settings and leaves nothing behind but the collage: collage.png with transparent padding,
    collage-1920.jpg, collage-1024.jpg, and manifest.json, which says who is where. FOLDER is only read. Says at the end
    which files could not be read, and why, and which canvas would leave out fewer people. Pictures in folders named
    pending or rejected are not taken.

    \b
    Examples:  python -m app make ~/Pictures/party
               python -m app make album --out poster --photos 200 --width 6000 --height 4000
               python -m app make album --out print --print 3000x2000mm --format tiff
    """
    given_size(click.get_current_context())
    configure("plain", logging.WARNING)
    signal.signal(signal.SIGTERM, _interrupt)
    made_of = finish(size, dpi, formats, background)
    parameters = Parameters(photos, width, height, frozenset(), duplicates, made_of)
    made = _watched(folder, out, parameters, force=force)
    if as_json:
        click.echo(json.dumps(made.document, ensure_ascii=False))
    else:
        _print(made)
    if photos is None and size is None:
        _offer(made, width, height, folder)
    print_notes(made.notes, err=True)


def _watched(folder: Path, out: Path, parameters: Parameters, *, force: bool) -> Made:
    reading, building = Progress("pictures"), Progress("%")
    reading.begin("Reading")
    building.begin("Building")

    def built(part: float) -> None:
        reading.end()
        building.show(round(100 * part), 100)

    try:
        return make_collage(folder, out, parameters, Watch(reading.show, built), force=force)
    finally:
        reading.end()
        building.end()


def _print(made: Made) -> None:
    grid, manifest = made.manifest.layout, made.manifest
    lost, same = len(made.document["unreadable"]), len(manifest.duplicates)
    more = f"; {count(same, 'picture is', 'pictures are')} there twice, --duplicates shows all" if same else ""
    click.echo(
        f"{count(grid.used, 'person', 'people')} in {grid.cols}×{grid.rows} cells of"
        f" {grid.cell_width}×{grid.cell_height}; {len(manifest.left_out)} left out, {lost} unreadable{more}"
    )
    for file in manifest.files:
        path = made.directory.absolute() / file.name
        click.echo(f"  {file.width}×{file.height}  {file.bytes / 1e6:5.1f} MB  {path}")


def _offer(made: Made, width: int, height: int, folder: Path) -> None:
    """Says which canvas leaves out fewer people, if one does."""
    people = made.manifest.layout.used + len(made.manifest.left_out)
    options = given_options(click.get_current_context())
    command = shlex.join(["python", "-m", "app", "make", str(folder), *options, "--force"])
    for line in offer_lines(layout.best(people, width, height), command):
        click.echo(line, err=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl-C does, so that everything temporary is removed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
