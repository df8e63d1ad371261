"""What commands about canvases share."""

from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource

from app.core.plurals import count
from app.services.collage import layout
from app.services.collage.finish import FORMATS, HIGHEST_DPI
from app.services.collage.offers import offers

NOT_REPEATED = ("width", "height", "force", "as_json")  # in a command that is offered


def size_options(command: Any) -> Any:
    """The options --width and --height of a canvas."""
    side = click.IntRange(layout.SHORTEST, layout.LONGEST)
    for option in ("--height", "--width"):
        command = click.option(
            option, type=side, default=4096, show_default=True, help=f"{option[2:].title()} of the canvas in pixels."
        )(command)
    return command


def finish_options(command: Any) -> Any:
    """The options --print, --dpi, --format and --background."""
    options = [
        click.option(
            "--print",
            "size",
            metavar="WIDTHxHEIGHTmm",
            help="Make a print of this size, instead of --width and --height.",
        ),
        click.option(
            "--dpi",
            type=click.IntRange(1, HIGHEST_DPI),
            metavar="N",
            help="Resolution of a print in pixels an inch.  [default: 100]",
        ),
        click.option(
            "--format",
            "formats",
            type=click.Choice(FORMATS),
            multiple=True,
            help="png, jpeg, tiff or pdf: of a print.  webp, avif: of pictures for screens, besides JPEG; repeatable.",
        ),
        click.option(
            "--background", metavar="#RRGGBB", help="Fill what is padding, instead of leaving it transparent."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def given_size(context: click.Context) -> set[str]:
    """The options on the command line. Raises UsageError for a print that has a size in pixels, too."""
    given = {name for name in context.params if context.get_parameter_source(name) == ParameterSource.COMMANDLINE}
    if "size" in given and given & {"width", "height"}:
        raise click.UsageError("--print says how large the canvas is; leave out --width and --height.")
    return given


def given_options(context: click.Context) -> list[str]:
    """The options on the command line as they were given, but for the canvas's size and the kind of output."""
    found: list[str] = []
    for option in context.command.params:
        if not isinstance(option, click.Option) or option.name is None or option.name in NOT_REPEATED:
            continue
        if context.get_parameter_source(option.name) == ParameterSource.COMMANDLINE:
            value = context.params[option.name]
            for one in value if option.multiple else [value]:
                found += [option.opts[-1]] if option.is_flag else [option.opts[-1], str(one)]
    return found


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
