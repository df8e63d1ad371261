"""Is everything there that Collagen needs to work, and as it should be? Every check is a line that says what to do.

- `result`: such a line. `run`: one check after the other, each for a limited time.
- `settings`, `clock`, `mount`: what the answers mean; pure.
- `machine`: Python, packages, exiftool, ImageMagick, what finds faces. `place`: the store. `access`: who can read what.
- `outside`: Cloudinary, the mail server, our public address.

Nothing is changed by it. No secret and nobody's address is in what it says.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.store import Store
from app.core.config import Campaigns, Survey, load_campaigns, survey
from app.core.errors import SettingError
from app.core.project import ROOT
from app.services.doctor import access, machine, network, settings, storage
from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result
from app.services.doctor.run import Check, run

MOUNTS = Path("/proc/self/mountinfo")
SWEEP_SECONDS = 120  # all of the store's directories are looked into


def diagnose(
    tell: Callable[[Result], None] = lambda result: None,
    environ: Mapping[str, str] = os.environ,
    dotenv: Path = Path(".env"),
) -> list[Result]:
    """Makes every check, with the settings of `environ` and `dotenv`; `tell` hears each result as it is known."""
    try:
        surveyed = survey(environ, dotenv, ROOT / ".env.example")
    except SettingError as error:
        result = Result("settings", FAIL, str(error), "put it back from the release")
        tell(result)
        return [result]
    campaigns, trouble = _campaigns(surveyed)
    return run(_checks(surveyed, dotenv, campaigns, trouble), tell)


def _campaigns(surveyed: Survey) -> tuple[Campaigns | None, Result]:
    try:
        campaigns = load_campaigns(surveyed.settings.campaigns_file)
    except SettingError as error:
        return None, Result("campaigns", FAIL, str(error))
    return campaigns, Result("campaigns", OK, ", ".join(campaigns))


def _checks(surveyed: Survey, dotenv: Path, campaigns: Campaigns | None, rules: Result) -> list[Check]:
    given = surveyed.settings
    store = Store(given.store)
    secret = [dotenv]
    if campaigns is not None and any(campaign.gallery_password for campaign in campaigns.values()):
        secret.append(given.campaigns_file)
    stored = ("store",)
    checks = [
        Check("settings", partial(settings.read, surveyed)),
        Check("campaigns", lambda: [rules]),
        Check("features", partial(settings.features, surveyed, campaigns)),
        Check("user", access.user),
        Check("permissions", partial(access.files, secret, given.store)),
        Check("python", machine.python),
        Check("packages", partial(machine.packages, ROOT / "requirements.txt")),
        Check("exiftool", machine.exiftool),
        Check("imagemagick", machine.imagemagick),
        Check("faces", machine.faces),
        Check("store", partial(storage.there, store)),
        Check("store: space", partial(storage.space, store), stored),
        Check("store: file system", partial(storage.file_system, store, MOUNTS), stored),
        Check("store: writing", partial(storage.writing, store), stored),
        Check("store: owner", partial(storage.owned, store), stored),
        Check("store: locks", partial(storage.locks, store), stored),
        Check("store: leftovers", partial(storage.leftovers, store), stored, SWEEP_SECONDS),
    ]
    if given.account is None:
        why = [Result("cloudinary", SKIPPED, "not checked: it needs CLOUDINARY_URL")]
        checks.append(Check("cloudinary", lambda: why))
    else:
        cloudinary = Cloudinary(given.account, given.delivery_hosts)
        checks += [
            Check("clock", partial(network.time, cloudinary)),
            Check("cloudinary", partial(network.account, cloudinary)),
            Check("delivery", partial(network.delivery, cloudinary, given.delivery_hosts)),
        ]
    return [
        *checks,
        Check("mail server", partial(network.mail_server, given)),
        Check("public address", partial(network.public_address, given)),
    ]


__all__ = ["FAIL", "OK", "SKIPPED", "WARN", "Result", "diagnose"]
