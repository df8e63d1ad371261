"""Checks the installation with the settings of this process. Changes nothing; shows no secret and no address."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.store import Store
from app.core.config import Campaigns, Survey, load_campaigns, survey
from app.core.errors import SettingError
from app.core.project import ROOT
from app.services.doctor import access, connected, looks, machine, network, published, settings, storage
from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result
from app.services.doctor.run import Check, run
from app.services.looks.tools import Tools

MOUNTS = Path("/proc/self/mountinfo")
SWEEP_SECONDS = 120  # reads every directory of the store


def diagnose(
    report: Callable[[Result], None] = lambda result: None,
    environ: Mapping[str, str] = os.environ,
    dotenv: Path = Path(".env"),
) -> list[Result]:
    """Makes every check, with the settings of `environ` and `dotenv`; calls `report` with each result as it comes."""
    try:
        surveyed = survey(environ, dotenv, ROOT / ".env.example")
    except SettingError as error:
        result = Result("settings", FAIL, str(error), "restore it from the release")
        report(result)
        return [result]
    campaigns, rules = _campaigns(surveyed)
    return run(_checks(surveyed, dotenv, campaigns, rules), report)


def _campaigns(surveyed: Survey) -> tuple[Campaigns | None, Result]:
    try:
        campaigns = load_campaigns(surveyed.settings.campaigns_file)
    except SettingError as error:
        return None, Result("campaigns", FAIL, str(error))
    return campaigns, Result("campaigns", OK, ", ".join(campaigns))


def _checks(surveyed: Survey, dotenv: Path, campaigns: Campaigns | None, rules: Result) -> list[Check]:
    known = surveyed.settings
    store = Store(known.store)
    secret = [dotenv]
    if campaigns is not None and any(campaign.gallery_password for campaign in campaigns.values()):
        secret.append(known.campaigns_file)
    stored = ("store",)
    checks = [
        Check("settings", partial(settings.read, surveyed, campaigns)),
        Check("campaigns", lambda: [rules]),
        Check("features", partial(settings.features, surveyed, campaigns)),
        Check("user", access.user),
        Check("permissions", partial(access.files, secret, known.store)),
        Check("python", machine.python),
        Check("packages", partial(machine.packages, ROOT / "requirements.txt")),
        Check("exiftool", machine.exiftool),
        Check("imagemagick", machine.imagemagick),
        Check("faces", machine.faces),
        Check("looks", partial(looks.looks, known.looks_file, Tools.of(known))),
        Check("logos", partial(access.logos, (campaigns or {}).values())),
        Check("catalogue", partial(machine.places, (campaigns or {}).values())),
        Check("store", partial(storage.there, store)),
        Check("store: space", partial(storage.space, store), stored),
        Check("store: file system", partial(storage.file_system, store, MOUNTS), stored),
        Check("store: writing", partial(storage.writing, store), stored),
        Check("store: owner", partial(storage.owned, store), stored),
        Check("store: locks", partial(storage.locks, store), stored),
        Check("store: leftovers", partial(storage.leftovers, store), stored, SWEEP_SECONDS),
    ]
    folders = [campaign for campaign in (campaigns or {}).values() if campaign.directory is not None]
    if folders:
        checks.append(Check("folders", partial(storage.sources, folders)))
    if campaigns and len(folders) == len(campaigns):
        why = [Result("cloudinary", SKIPPED, "not checked: no campaign has its photos in Cloudinary")]
        checks.append(Check("cloudinary", lambda: why))
    elif known.account is None:
        why = [Result("cloudinary", SKIPPED, "not checked: CLOUDINARY_URL is not set")]
        checks.append(Check("cloudinary", lambda: why))
    else:
        cloudinary = Cloudinary(known.account, known.delivery_hosts)
        checks += [
            Check("clock", partial(network.time, cloudinary)),
            Check("cloudinary", partial(network.account, cloudinary)),
            Check("connect", partial(connected.account, cloudinary, campaigns, known), ("cloudinary",)),
            Check("delivery", partial(network.delivery, cloudinary, known.delivery_hosts)),
        ]
    if known.media is not None:
        checks.append(Check("media", partial(network.media, known)))
    if known.looks_queue is not None:
        name = "looks queue"
        checks.append(Check(name, partial(network.looks_queue, name, known.looks_queue, "--looks")))
    if known.styles_queue is not None:
        name = "styles queue"
        checks.append(Check(name, partial(network.looks_queue, name, known.styles_queue, "--looks --styles")))
    if any(campaign.publish for campaign in (campaigns or {}).values()):
        beside = known.campaigns_file.parent
        checks.append(Check("publishing", partial(published.places, (campaigns or {}).values(), beside)))
    return [
        *checks,
        Check("mail server", partial(network.mail_server, known)),
        Check("public address", partial(network.public_address, known)),
    ]


__all__ = ["FAIL", "OK", "SKIPPED", "WARN", "Result", "diagnose"]
