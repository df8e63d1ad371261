"""The command that stops mails to a person."""

from datetime import UTC, datetime

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.core.plurals import count
from app.services.tracking.unsubscribing import unsubscribe_address


@click.command(short_help="Stop mails to an address.")
@click.argument("address")
@click.option("--campaign", "among", multiple=True, metavar="NAME", help="Only in this campaign; may be repeated.")
def unsubscribe(address: str, among: tuple[str, ...]) -> None:
    """Send ADDRESS no more mails, and record no more opens of mails sent to it.

    For people who ask by other means than the link in a mail. Give the address as it was submitted, even if a trial
    campaign has stored another. Applies to the photos that are there now and to mails from now on. The photos stay; to
    erase them, use "forget".

    \b
    Example:  python -m app unsubscribe ann@example.org
    """
    if "@" not in address.strip("@ "):
        raise click.BadParameter("give an e-mail address, such as ann@example.org.", param_hint="ADDRESS")
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(*among)
    store, exiftool = Store(settings.store), ExifTool()
    try:
        for name in dict.fromkeys(among or campaigns):
            photos = unsubscribe_address(store, exiftool, campaigns[name], address, datetime.now(UTC))
            click.echo(f"{name}: no more mails; {count(photos, 'photo', 'photos')} of this address")
    finally:
        exiftool.close()
