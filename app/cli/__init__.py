"""The door for commands: `python -m app COMMAND`.

- `check`: check. `doctor`: doctor.
- `collages`: collage, layout, derive.
- `mirror`: init. `sync`: sync. `inventory`: inventory. `progress`: how far long work is.
- `notify`: notify. `opens`: opens. `unsubscribe`: unsubscribe.
- `forget`: forget. `worker`: worker. `completion`: completion.
- `numbers`: numbers of collages as people type them.

Exit codes: 0 done, 1 refused or failed (one line on stderr), 2 wrong usage.
"""

import sys
from typing import Any

import click

from app import __version__, errors
from app.cli import (
    check,
    collages,
    completion,
    doctor,
    forget,
    inventory,
    mirror,
    notify,
    opens,
    sync,
    unsubscribe,
    worker,
)

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
    errors.SyncInProgress: 1,
    errors.CollageInProgress: 1,
    errors.NotifyInProgress: 1,
    errors.MailUnavailable: 1,
    errors.QueueUnavailable: 1,
}


class Commands(click.Group):
    """Turns our errors into one line and an exit code, and so what the system says of a file that was named."""

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


main.add_command(check.check)
main.add_command(doctor.doctor)
main.add_command(completion.completion)
for command in (mirror.init, collages.collage, collages.layout_command, collages.derive, forget.forget):
    main.add_command(command)
for command in (sync.sync, inventory.inventory, notify.notify, opens.opens, unsubscribe.unsubscribe, worker.worker):
    main.add_command(command)
