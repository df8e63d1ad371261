"""The door for commands: `python -m app COMMAND`.

One module for each command or group of them. `options`: what they have in common; `table`: tables as CSV. The `worker`
command is the queue's entry point and lives there.

Exit codes: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage.
"""

import importlib
import sys
from typing import Any

import click

from app import __version__
from app.core import errors

# Module and name of each command. A module is imported when its command is asked for: most need half of all there is.
COMMANDS = {
    "check": ("app.cli.check", "check"),
    "collage": ("app.cli.collages", "collage"),
    "completion": ("app.cli.completion", "completion"),
    "derive": ("app.cli.collages", "derive"),
    "doctor": ("app.cli.doctor", "doctor"),
    "forget": ("app.cli.forget", "forget"),
    "init": ("app.cli.mirror", "init"),
    "inventory": ("app.cli.inventory", "inventory"),
    "layout": ("app.cli.collages", "layout_command"),
    "notify": ("app.cli.notify", "notify"),
    "opens": ("app.cli.opens", "opens"),
    "sync": ("app.cli.sync", "sync"),
    "unsubscribe": ("app.cli.unsubscribe", "unsubscribe"),
    "worker": ("app.queue.command", "worker"),
}

EXIT: dict[type[errors.CollagenError], int] = {
    errors.SettingError: 1,
    errors.BadSignature: 1,
    errors.BadNotification: 1,
    errors.BadPublicId: 1,
    errors.PictureError: 1,
    errors.NotFound: 1,
    errors.BadParameters: 1,
    errors.BuildFailed: 1,
    errors.CollageUnsound: 1,
    errors.CloudinaryUnavailable: 1,
    errors.StoreUnavailable: 1,
    errors.ExifToolFailed: 1,
    errors.DecoderFailed: 1,
    errors.PhotoBusy: 1,
    errors.WebhooksBusy: 1,
    errors.SyncInProgress: 1,
    errors.CollageInProgress: 1,
    errors.NotifyInProgress: 1,
    errors.MailUnavailable: 1,
    errors.QueueUnavailable: 1,
}


class Commands(click.Group):
    """Turns our errors into one line and an exit code, and so what the system says of a file that was named."""

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
            sys.exit(EXIT[type(error)])
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(f"Error: {error.filename}: {error.strerror}.", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="collagen")
def main() -> None:
    """Collagen keeps a mirror of a campaign's approved photos and makes collages of everyone in it.

    Settings come from the environment and from .env; .env.example names and explains each.
    """
