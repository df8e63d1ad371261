"""What commands about canvases share."""

from collections.abc import Iterator
from typing import Any

import click

from app.core.plurals import count
from app.services.collage import layout
from app.services.collage.offers import offers


def size_options(command: Any) -> Any:
    """The options --width and --height of a canvas."""
    side = click.IntRange(layout.SHORTEST, layout.LONGEST)
    for option in ("--height", "--width"):
        command = click.option(
            option, type=side, default=4096, show_default=True, help=f"{option[2:].title()} of the canvas in pixels."
        )(command)
    return command


def offer_lines(chosen: layout.Layout, command: str) -> Iterator[str]:
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
