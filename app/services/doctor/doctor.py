"""Checks the installation with the settings of this process. Changes nothing; shows no secret and no address."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns, Settings, Survey, load_campaigns, survey
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
    known, every = surveyed.settings, tuple((campaigns or {}).values())
    secret = [dotenv, *([known.campaigns_file] if any(one.gallery_password for one in every) else [])]
    return [
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
        Check("logos", partial(access.logos, every)),
        Check("catalogue", partial(machine.places, every)),
        *_of_store(Store(known.store)),
        *_of_sources(known, campaigns, [one for one in every if one.directory is not None]),
        *_of_services(known, every),
        Check("mail server", partial(network.mail_server, known)),
        Check("public address", partial(network.public_address, known)),
    ]


def _of_store(store: Store) -> Iterator[Check]:
    yield Check("store", partial(storage.there, store))
    after = ("store",)
    yield Check("store: space", partial(storage.space, store), after)
    yield Check("store: file system", partial(storage.file_system, store, MOUNTS), after)
    yield Check("store: writing", partial(storage.writing, store), after)
    yield Check("store: owner", partial(storage.owned, store), after)
    yield Check("store: locks", partial(storage.locks, store), after)
    yield Check("store: leftovers", partial(storage.leftovers, store), after, SWEEP_SECONDS)


def _of_sources(known: Settings, campaigns: Campaigns | None, folders: list[Campaign]) -> Iterator[Check]:
    """Of where photos come from. `folders`: the campaigns whose photos are in a folder."""
    if folders:
        yield Check("folders", partial(storage.sources, folders))
    if campaigns and len(folders) == len(campaigns):
        yield _skipped("no campaign has its photos in Cloudinary")
    elif known.account is None:
        yield _skipped("CLOUDINARY_URL is not set")
    else:
        cloudinary = Cloudinary(known.account, known.delivery_hosts)
        yield Check("clock", partial(network.time, cloudinary))
        yield Check("cloudinary", partial(network.account, cloudinary))
        yield Check("connect", partial(connected.account, cloudinary, campaigns, known), ("cloudinary",))
        yield Check("delivery", partial(network.delivery, cloudinary, known.delivery_hosts))


def _skipped(why: str) -> Check:
    return Check("cloudinary", lambda: [Result("cloudinary", SKIPPED, f"not checked: {why}")])


def _of_services(known: Settings, campaigns: Collection[Campaign]) -> Iterator[Check]:
    """Of what only some installations use."""
    if known.media is not None:
        yield Check("media", partial(network.media, known))
    queues = {
        "looks queue": (known.looks_queue, "--looks"),
        "styles queue": (known.styles_queue, "--looks --styles"),
    }
    for name, (url, options) in queues.items():
        if url is not None:
            yield Check(name, partial(network.looks_queue, name, url, options))
    if any(campaign.publish for campaign in campaigns):
        yield Check("publishing", partial(published.places, campaigns, known.campaigns_file.parent))


__all__ = ["FAIL", "OK", "SKIPPED", "WARN", "Result", "diagnose"]
