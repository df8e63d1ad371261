"""Checks the places where campaigns are published: whether we may write, list, read and delete there."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.adapters.targets import opened
from app.adapters.targets.cloudfront import Distribution
from app.core.config import Campaign
from app.core.errors import SettingError, TargetUnavailable
from app.core.targets import read_address
from app.services.doctor.result import FAIL, OK, WARN, Result

CHECK = "publishing"


def places(campaigns: Iterable[Campaign], beside: Path) -> Iterator[Result]:
    """Puts a small file into each place, and deletes it. `beside`: where relative directories start."""
    for rules in campaigns:
        if rules.publish is not None:
            yield _place(rules, rules.publish, beside)


def _place(rules: Campaign, address: str, beside: Path) -> Result:
    where = f"[{rules.name}]"
    if not rules.public:
        return Result(
            CHECK, WARN, f"{where} is not public, so it is not published", "say public = true, or drop publish"
        )
    try:
        found = read_address(address, beside)
        opened(found).check()
        if found.distribution is not None:
            Distribution(found.distribution).check()
    except (SettingError, TargetUnavailable) as error:
        return Result(CHECK, FAIL, f"{where} {error}")
    if found.site is None:
        return Result(CHECK, WARN, f"{where} {found.place} can be used", "add site=https://… for previews of links")
    return Result(CHECK, OK, f"{where} {found.place} can be used")
