"""The command that makes the store."""

import click

from app.adapters.store import Store
from app.cli.options import read_settings


@click.command(short_help="Make the store and its marker.")
def init() -> None:
    """Make the store and its marker.

    The directory is COLLAGEN_STORE (./data by default). Without its marker, the file .collagen, nothing is read or
    written there: a file system that is not mounted would look like an empty store.
    """
    store = Store(read_settings().store)
    made = store.root.initialise()
    click.echo(f"{'Made a new store in' if made else 'There already is a store in'} {store.path.absolute()}")
