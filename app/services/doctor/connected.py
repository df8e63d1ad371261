"""Checks how Cloudinary is set up for us, as `python -m app connect` does."""

from collections.abc import Iterator

from app.adapters.cloudinary import Cloudinary
from app.core.config import Campaigns, Settings
from app.core.errors import CloudinaryUnavailable
from app.services.connect import plan
from app.services.connect.connect import Connecting, connected
from app.services.doctor.result import OK, SKIPPED, WARN, Result

CHECK = "connect"


def account(cloudinary: Cloudinary, campaigns: Campaigns | None, settings: Settings) -> Iterator[Result]:
    """Costs four calls or more. Raises CloudinaryUnavailable.

    `campaigns`: None if their rules cannot be read. What is missing is a warning: the hourly sync finds what no
    notification reports.
    """
    if campaigns is None:
        yield Result(CHECK, SKIPPED, "not checked: campaigns.toml cannot be read")
        return
    if settings.public_url is None:
        advice = "or run python -m app connect --url https://… --check"
        yield Result(CHECK, SKIPPED, "not checked: COLLAGEN_PUBLIC_URL is not set", advice)
        return
    try:
        address = plan.webhook(settings.public_url)
        found = Connecting(cloudinary.setup, connected(campaigns), address, gateway=True).look()
    except CloudinaryUnavailable as error:
        if not error.limit_reached:
            raise
        yield Result(CHECK, SKIPPED, "not checked: no call is left this hour")
        return
    for finding in found:
        message = f"{finding.subject}: {finding.message}"
        if finding.state == plan.OK:
            yield Result(CHECK, OK, message)
        else:
            advice = "python -m app connect --apply" if finding.steps else ""
            yield Result(CHECK, WARN, message, advice)
