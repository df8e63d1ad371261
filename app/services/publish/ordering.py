"""From settings and a campaign's rules to what is published where."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.adapters.targets.cloudfront import Distribution
from app.core.config import Campaign, Settings
from app.core.errors import SettingError
from app.core.targets import Address, read_address
from app.services.publish.run import Order
from app.services.publish.sending import Cdn


def where_to(
    settings: Settings, rules: Campaign, wanted: str | None, beside: Path, distribution: str | None = None
) -> Address:
    """`wanted`: an address, relative to `beside`; None for the campaign's own. `distribution`: in place of its own.

    Raises SettingError.
    """
    if wanted is not None:
        found = read_address(wanted, beside)
    elif rules.publish is not None:
        found = read_address(rules.publish, settings.campaigns_file.parent)
    else:
        raise SettingError(f"[{rules.name}] has no key publish in campaigns.toml; say where to with --to.")
    return found if distribution is None else replace(found, distribution=distribution)


def order_of(
    settings: Settings,
    rules: Campaign,
    collage: str | None,
    place: Address,
    today: date,
    *,
    wait: bool = False,
    dry: bool = False,
    own: bool = False,
) -> tuple[Order, Cdn | None]:
    """The order, and the CDN in front of its target. `own`: this is what the campaign publishes by itself.

    Raises SettingError.
    """
    join = None
    if settings.public_url is not None and rules.takes_photos(today):
        join = f"{settings.public_url}/c/{rules.name}/join"
    order = Order(
        rules, collage, place.place, place.site or "", join, wait=wait, dry=dry, own=rules.publish if own else None
    )
    return order, Distribution(place.distribution) if place.distribution else None
