"""Entry point for commands: `python -m app COMMAND`.

Each command, or group of commands, has its own module. `options` holds what commands share, `table` writes CSV. The
`worker` command lives with the queue.

Exit codes: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage.
"""

import importlib
import sys
from typing import Any

import click

from app import __version__
from app.core import errors

# Module and name of each command. A module is imported only when its command runs: most load half of the program.
COMMANDS = {
    "catalogue": ("app.cli.catalogue.command", "catalogue"),
    "check": ("app.cli.check", "check"),
    "collage": ("app.cli.collages.build", "collage"),
    "connect": ("app.cli.connect.command", "connect"),
    "completion": ("app.cli.completion", "completion"),
    "derive": ("app.cli.collages.derive", "derive"),
    "doctor": ("app.cli.doctor", "doctor"),
    "forget": ("app.cli.forget", "forget"),
    "import": ("app.cli.importing.folder", "import_folder"),
    "import-prototype": ("app.cli.importing.prototype", "import_prototype"),
    "init": ("app.cli.init", "init"),
    "inventory": ("app.cli.inventory", "inventory"),
    "layout": ("app.cli.collages.grid", "layout_command"),
    "look": ("app.cli.looks.command", "look"),
    "make": ("app.cli.folders.make", "make"),
    "moderate": ("app.cli.moderation.command", "moderate"),
    "notify": ("app.cli.notify", "notify"),
    "opens": ("app.cli.opens", "opens"),
    "publish": ("app.cli.publish", "publish"),
    "styles": ("app.cli.looks.styles", "styles"),
    "sync": ("app.cli.sync", "sync"),
    "unsubscribe": ("app.cli.unsubscribe", "unsubscribe"),
    "watch": ("app.cli.folders.watch", "watch"),
    "worker": ("app.queue.command", "worker"),
}


class Commands(click.Group):
    """Turns our errors, and system errors about a named file, into one line on stderr and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except errors.CollagenError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(f"Error: {error.filename}: {error.strerror}.", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="collagen")
def main() -> None:
    """Mirror a campaign's approved photos and make collages of everyone in it.

    Settings come from the environment and from .env; .env.example explains each of them.
    """
