"""The command that shows a layout."""

import json
from typing import Any

import click

from app.cli.collages.canvas import offer_lines, size_options
from app.core.plurals import count
from app.services.collage import layout
from app.services.collage.offers import offers


@click.command("layout", short_help="Show the grid for N people, and why.")
@click.argument("photos", metavar="N", type=click.IntRange(min=1))
@size_options
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
        for line in offer_lines(chosen, f"python -m app layout {photos}"):
            click.echo(line)
    if report is not None:
        for line in layout.report_lines(photos, width, height):
            report.write(f"{line}\n")


def _spare(axis: layout.Axis) -> str:
    return f"{'clip' if axis.spare < 0 else 'pad'} {abs(axis.spare)}"
