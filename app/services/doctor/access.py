"""Who can read our secrets and photos, which user we run as, and whether that one can read the logos."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.core.config import Campaign, read_logo
from app.core.errors import SettingError
from app.services.doctor.result import FAIL, OK, WARN, Result


def user() -> Iterator[Result]:
    if os.geteuid() == 0:
        message = "runs as root, so the service cannot change what it writes"
        yield Result("user", WARN, message, "run it as the service's user: sudo collagen doctor")
    else:
        yield Result("user", OK, "not root")


def files(secret: list[Path], store: Path) -> Iterator[Result]:
    """`secret`: files with secrets, which only their owner and group should be able to read."""
    wrong = [f"{path} can be read by every user of this machine" for path in secret if _is_open(path)]
    for message in wrong:
        yield Result("permissions", FAIL, message, f"chmod o= {message.partition(' ')[0]}")
    if _is_open(store):
        message = f"{store} can be listed by every user of this machine"
        yield Result("permissions", WARN, message, f"chmod o= {store}")
    elif not wrong:
        yield Result("permissions", OK, "other users cannot read secrets and photos")


def logos(campaigns: Iterable[Campaign]) -> Iterator[Result]:
    """Whether the logos of public campaigns can be shown; the service does not start otherwise."""
    wanted = [campaign for campaign in campaigns if campaign.public and campaign.brand.logo]
    shown = []
    for campaign in wanted:
        try:
            read_logo(campaign)
            shown.append(campaign.name)
        except SettingError as error:
            yield Result("logos", FAIL, str(error))
    if len(shown) == len(wanted):
        yield Result("logos", OK, ", ".join(shown) or "none: no public campaign has one")


def _is_open(path: Path) -> bool:
    """Whether users other than owner and group have any permission on an existing file."""
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False
