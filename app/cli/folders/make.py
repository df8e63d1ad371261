"""The command that makes a collage of any folder."""

import json
import logging
import signal
from pathlib import Path
from types import FrameType

import click

from app.adapters.terminal import Progress
from app.cli.collages import canvas
from app.cli.options import print_notes
from app.core.logging import configure
from app.core.plurals import count
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
@canvas
@click.option("--duplicates", is_flag=True, help="Show a picture again if it is there twice.")
@click.option("--force", is_flag=True, help="Replace a collage that is in DIR already.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def make(
    folder: Path,
    out: Path,
    photos: int | None,
    width: int,
    height: int,
    duplicates: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make a collage of all pictures in FOLDER, at any depth: JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF.

    Needs no settings and leaves nothing behind but the collage: collage.png with transparent padding,
    collage-1920.jpg, collage-1024.jpg, and manifest.json, which says who is where. FOLDER is only read. Says at the end
    which files could not be read, and why. Pictures in folders named pending or rejected are not taken.

    \b
    Examples:  python -m app make ~/Pictures/party
               python -m app make album --out poster --photos 200 --width 6000 --height 4000
    """
    configure("plain", logging.WARNING)
    signal.signal(signal.SIGTERM, _interrupt)
    parameters = Parameters(photos, width, height, frozenset(), duplicates)
    made = _watched(folder, out, parameters, force=force)
    if as_json:
        click.echo(json.dumps(made.manifest.as_json(), ensure_ascii=False))
    else:
        _print(made)
    print_notes(made.notes, err=True)


def _watched(folder: Path, out: Path, parameters: Parameters, *, force: bool) -> Made:
    reading, building = Progress("pictures"), Progress("parts of 100")
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
    more = f"; {count(len(manifest.duplicates), 'more picture', 'more pictures')} of the same" * bool(
        manifest.duplicates
    )
    click.echo(
        f"{count(grid.used, 'person', 'people')} in {grid.cols}×{grid.rows} cells of"
        f" {grid.cell_width}×{grid.cell_height}; {len(manifest.left_out)} left out{more}"
    )
    for file in manifest.files:
        path = made.directory.absolute() / file.name
        click.echo(f"  {file.width}×{file.height}  {file.bytes / 1e6:5.1f} MB  {path}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl-C does, so that everything temporary is removed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
