"""Is everything there that Collagen needs to work, and as it should be? Every check is a line that says what to do.

- `verdict`: such a line. `run`: one check after the other, each for a limited time.
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
from app.services.doctor import access, machine, outside, place, settings
from app.services.doctor.run import Check, run
from app.services.doctor.verdict import FAIL, LEFT, OK, WARN, Verdict

MOUNTS = Path("/proc/self/mountinfo")
SWEEP_SECONDS = 120  # all of the store's directories are looked into


def examine(
    tell: Callable[[Verdict], None] = lambda verdict: None,
    environ: Mapping[str, str] = os.environ,
    dotenv: Path = Path(".env"),
) -> list[Verdict]:
    """Makes every check, with the settings of `environ` and `dotenv`; `tell` hears each verdict as it is known."""
    try:
        surveyed = survey(environ, dotenv, ROOT / ".env.example")
    except SettingError as error:
        verdict = Verdict("settings", FAIL, str(error), "put it back from the release")
        tell(verdict)
        return [verdict]
    campaigns, trouble = _campaigns(surveyed)
    return run(_checks(surveyed, dotenv, campaigns, trouble), tell)


def _campaigns(surveyed: Survey) -> tuple[Campaigns | None, Verdict]:
    try:
        campaigns = load_campaigns(surveyed.settings.campaigns_file)
    except SettingError as error:
        return None, Verdict("campaigns", FAIL, str(error))
    return campaigns, Verdict("campaigns", OK, ", ".join(campaigns))


def _checks(surveyed: Survey, dotenv: Path, campaigns: Campaigns | None, rules: Verdict) -> list[Check]:
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
        Check("store", partial(place.there, store)),
        Check("store: space", partial(place.space, store), stored),
        Check("store: file system", partial(place.file_system, store, MOUNTS), stored),
        Check("store: writing", partial(place.writing, store), stored),
        Check("store: owner", partial(place.owned, store), stored),
        Check("store: locks", partial(place.locks, store), stored),
        Check("store: leftovers", partial(place.leftovers, store), stored, SWEEP_SECONDS),
    ]
    if given.account is None:
        why = [Verdict("cloudinary", LEFT, "not checked: it needs CLOUDINARY_URL")]
        checks.append(Check("cloudinary", lambda: why))
    else:
        cloudinary = Cloudinary(given.account, given.delivery_hosts)
        checks += [
            Check("clock", partial(outside.time, cloudinary)),
            Check("cloudinary", partial(outside.account, cloudinary)),
            Check("delivery", partial(outside.delivery, cloudinary, given.delivery_hosts)),
        ]
    return [
        *checks,
        Check("mail server", partial(outside.mail_server, given)),
        Check("public address", partial(outside.public_address, given)),
    ]


__all__ = ["FAIL", "LEFT", "OK", "WARN", "Verdict", "examine"]
