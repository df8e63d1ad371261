"""The command that erases a person."""

import json
import sys

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.services.forget.forget import Forgetting
from app.services.media.media import Media
from app.services.publish.keeping import Keeping
from app.services.sources import Sources


@click.command(short_help="Erase a person everywhere.")
@click.argument("whom", metavar="EMAIL|PUBLIC_ID")
@click.option("--campaign", "among", multiple=True, metavar="NAME", help="Only in this campaign; may be repeated.")
@click.option("--delete", is_flag=True, help="Delete the photo in Cloudinary, or its file, instead.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt as JSON.")
def forget(whom: str, among: tuple[str, ...], delete: bool, yes: bool, as_json: bool) -> None:
    """Erase a person: the photo, every record of it, and their face in every collage.

    The photo is rejected in Cloudinary (or deleted there), because the next sync would bring it back; a picture in a
    folder is moved to rejected/ (or deleted, with its line in people.csv), and the receipt says what is left to delete.
    Collages that show it are rebuilt under their numbers, and what is published of them is brought up to date. Any
    spelling of the address will do. Run the command again if it was interrupted. The receipt it prints holds no
    personal data and can be kept. Exit code 1 if nothing is known of the person.

    \b
    Example:  python -m app forget ann@example.org
              python -m app forget supporters/selfie-07 --delete
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(*among)
    if not yes and sys.stdin.isatty():
        click.confirm("This cannot be undone. Continue?", abort=True, err=True)
    exiftool = ExifTool()
    try:
        forgetting = Forgetting(
            Sources(settings),
            Store(settings.store),
            exiftool,
            campaigns,
            say=lambda text: click.echo(text, err=True),
            media=Media.of(settings),
            suggest=lambda address: click.echo(f"Also? {address} may be the same person's.", err=True),
        )
        receipt = forgetting.forget(whom, among, delete=delete).as_json()
    finally:
        exiftool.close()
    keeping = Keeping.of(settings, Store(settings.store), campaigns)
    for name in keeping.look():
        click.echo(f"What is published of {name} is being brought up to date.", err=True)
    if as_json:
        click.echo(json.dumps(receipt))
    else:
        for name, value in receipt.items():
            shown = ", ".join(value) or "none" if isinstance(value, list) else value
            click.echo(f"{name.replace('_', ' '):<24}{shown}")
    if receipt["still_found"]:
        click.echo("Error: traces of the person are still in the store; run forget again.", err=True)
        sys.exit(1)
