"""The command that ends mails to a person."""

from datetime import UTC, datetime

import click

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.cli.options import read_settings
from app.core.config import load_campaigns
from app.services.tracking.unsubscribing import unsubscribe_address


@click.command(short_help="Stop mails to an address.")
@click.argument("address")
@click.option("--campaign", "among", multiple=True, metavar="NAME", help="Only of this campaign; may be repeated.")
def unsubscribe(address: str, among: tuple[str, ...]) -> None:
    """Send ADDRESS no more mails, and record no more opens of those that it was sent.

    For whoever asks for it by other ways than the link in a mail. The address as it was submitted is enough, also where
    a campaign for trials has stored another. It counts for photos that are there now and for mails from now on; the
    photos stay, for which there is "forget".

    \b
    Example:  python -m app unsubscribe ann@example.org
    """
    if "@" not in address.strip("@ "):
        raise click.BadParameter("an e-mail address is needed, such as ann@example.org.", param_hint="ADDRESS")
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(*among)
    store, exiftool = Store(settings.store), ExifTool()
    try:
        for name in dict.fromkeys(among or campaigns):
            photos = unsubscribe_address(store, exiftool, campaigns[name], address, datetime.now(UTC))
            click.echo(f"{name}: no more mails; {photos} photo{'' if photos == 1 else 's'} of this address")
    finally:
        exiftool.close()
