"""The command that makes a picture from a finished collage."""

from pathlib import Path

import click

from app.services.collage import derivatives


@click.command(short_help="Make a picture from a finished collage.")
@click.argument("master", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--longest", type=click.IntRange(min=1), default=1920, show_default=True, help="Longest side in pixels.")
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
def derive(master: Path, out: Path, longest: int, force: bool) -> None:
    """Make a picture from a collage's MASTER.png: transparent border trimmed, never enlarged.

    The ending of OUT is its format: .jpg, .jpeg, .webp, .avif or .png.

    \b
    Example:  python -m app derive data/sayno/collages/0001/collage.png card.jpg --longest 1200
    """
    width, height = derivatives.derive(master, out, longest, force=force)
    click.echo(f"{out}: {width}×{height}, {out.stat().st_size / 1e6:.1f} MB")
