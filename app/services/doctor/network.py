"""Checks the other end of the network: Cloudinary, the mail server, queues, and our own public address."""

from collections.abc import Collection, Iterator

from app.adapters import self_check
from app.adapters.cloudinary import Cloudinary
from app.adapters.smtp import Connection
from app.adapters.sqs import Queue
from app.core import limits
from app.core.config import Settings
from app.core.errors import CloudinaryUnavailable, SettingError
from app.services.doctor import clock
from app.services.doctor.result import OK, SKIPPED, WARN, Result
from app.services.media.media import Media

FEW = 50  # calls: a webhook needs one; a sync leaves 5 % of the limit for webhooks


def time(cloudinary: Cloudinary) -> Iterator[Result]:
    """Costs no Admin API call. Raises CloudinaryUnavailable."""
    yield clock.cloudinarys(cloudinary.clock())


def account(cloudinary: Cloudinary) -> Iterator[Result]:
    """Costs one call. Raises CloudinaryUnavailable."""
    try:
        fixed = cloudinary.fixed_folders()
    except CloudinaryUnavailable as error:
        if not error.limit_reached:
            raise
        yield Result("cloudinary", WARN, str(error), "until then, notifications are answered 503 and sync waits")
        return
    if fixed:
        yield Result("folders", OK, "fixed: a photo's folder is the beginning of its public ID")
    left, limit = cloudinary.quota.standing.left, cloudinary.quota.standing.limit
    message = "accepts our key" + ("" if left is None else f"; {left} of {limit} calls left this hour, after this one")
    if left is not None and left < FEW:
        yield Result("cloudinary", WARN, message, "webhooks may have to wait for the next hour")
    else:
        yield Result("cloudinary", OK, message)


def delivery(cloudinary: Cloudinary, hosts: Collection[str]) -> Iterator[Result]:
    """Costs no call. Raises CloudinaryUnavailable."""
    for host in sorted(hosts):
        cloudinary.reach(host)
    yield Result("delivery", OK, f"{', '.join(sorted(hosts))} can be reached")


def mail_server(settings: Settings) -> Iterator[Result]:
    """Connects, encrypts and logs in, but sends nothing. Raises SettingError, MailUnavailable."""
    if settings.mail_server is None:
        yield Result("mail server", SKIPPED, "not checked: COLLAGEN_SMTP_URL is not set")
        return
    with Connection(settings.mail_server, patience=limits.PUBLIC_SECONDS):
        pass
    how = {"starttls": "STARTTLS", "tls": "TLS", "none": "no encryption, on this machine"}
    login = " and the login" if settings.mail_server.user else ""
    yield Result("mail server", OK, f"answers, with {how[settings.mail_server.security]}{login}; no mail was sent")


def media(known: Settings) -> Iterator[Result]:
    """Puts an object, reads it and deletes it. Raises SettingError, TargetUnavailable."""
    made = Media.of(known)
    if made is not None:
        made.check()
        yield Result("media", OK, f"object storage takes pictures, and browsers find them at {made.origin}")


def looks_queue(name: str, url: str, options: str) -> Iterator[Result]:
    """Asks how many orders of looks wait, and how many failed. `name`: of the check; `options`: of a worker for them.

    Raises SettingError, QueueUnavailable.
    """
    queue = Queue(url)
    waiting, dead = queue.count(), queue.dead_letters()
    failed = dead.count()
    message = f"{queue.name} answers; {waiting} wait, {failed} failed"
    if failed:
        yield Result(name, WARN, message, f"once the cause is mended: python -m app worker {options} --redrive")
    else:
        yield Result(name, OK, message)


def public_address(settings: Settings) -> Iterator[Result]:
    if settings.public_url is None:
        yield Result("public address", SKIPPED, "not checked: COLLAGEN_PUBLIC_URL is not set")
        return
    try:
        self_check.check(settings.public_url)
    except SettingError as error:  # some networks cannot reach themselves from inside
        advice = "check that the service and nginx run; try from another machine"
        yield Result("public address", WARN, str(error), advice)
    else:
        yield Result("public address", OK, "answers, and is healthy")
