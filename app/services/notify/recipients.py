"""Chooses who is told about a collage, and says why someone is not. Pure: everyone shown is accounted for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.core.addresses import normalise
from app.services.notify.history import History

NO_ADDRESS = "no address"
MALFORMED = "malformed address"
NO_TEST_ADDRESS = "not a test address"
SAME = "same address"
UNSUBSCRIBED = "unsubscribed"
TOLD = "told before"
UNCERTAIN = "uncertain"
FAILED = "failed for good"
OVER = "over the limit"


@dataclass(frozen=True)
class Options:
    """The options of a run.

    `everyone`: include people told about an earlier collage, and addresses that were refused for good; nobody is told
    about the same collage twice. `limit`: the most mails to send. `rate`: the most mails a minute. `retry_uncertain`:
    include people for whom it is unknown whether their mail arrived. `test`: send one mail, to this address only.
    """

    everyone: bool = False
    limit: int | None = None
    rate: float | None = None
    retry_uncertain: bool = False
    test: str | None = None


@dataclass(frozen=True)
class Recipient:
    """Someone who is told, and the photo that shows them. `stored`: the archive's spelling, if different."""

    address: str
    public_id: str
    stored: str | None = None


@dataclass
class Selection:
    """`skipped`: by reason, the addresses not written to (public IDs where there is no address)."""

    recipients: list[Recipient] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)


def choose(
    shown: Sequence[tuple[str, str | None]],
    history: History,
    unsubscribed: Callable[[Recipient], bool],
    options: Options,
    *,
    collage: str,
    test_address: str | None = None,
    mailed: Callable[[str], bool] = lambda address: False,
) -> Selection:
    """Chooses among the people shown.

    `shown`: public ID and address, in grid order; of several photos with one address, the first counts.
    `test_address`: in a trial campaign, the only form of address that is written to (`Campaign.test_address`).
    `mailed`: whether another program has mailed an address before: that counts as told about an earlier collage.
    """
    selection, seen = Selection(), set[str]()
    for public_id, stored in shown:
        address = normalise(stored)
        reason = _unusable(stored, address, test_address)
        if address is not None and not reason and address.casefold() in seen:
            reason = SAME
        if address is None or reason:
            selection.skipped.setdefault(reason, []).append(stored or public_id)
            continue
        seen.add(address.casefold())
        recipient = Recipient(address, public_id, None if stored == address else stored)
        reason = UNSUBSCRIBED if unsubscribed(recipient) else _told(history, address, collage, options)
        if not reason and not options.everyone and mailed(address):
            reason = TOLD
        if not reason and options.limit is not None and len(selection.recipients) >= options.limit:
            reason = OVER
        if reason:
            selection.skipped.setdefault(reason, []).append(address)
        else:
            selection.recipients.append(recipient)
    return selection


def is_test_address(address: str, test_address: str) -> bool:
    """Whether `address` has the form of a trial campaign's: `test_address` with letters, digits and - filled in."""
    return re.fullmatch("[A-Za-z0-9-]*".join(map(re.escape, test_address.split("{token}"))), address) is not None


def _unusable(stored: str | None, address: str | None, test_address: str | None) -> str:
    if not stored:
        return NO_ADDRESS
    if address is None:
        return MALFORMED
    if test_address is not None and not is_test_address(address, test_address):
        return NO_TEST_ADDRESS
    return ""


def _told(history: History, address: str, collage: str, options: Options) -> str:
    """Why earlier mails keep someone from being told; "" if they do not."""
    states = history.of(address)
    # with `everyone`, only mails about this very collage count
    counted = [state for about, state in states.items() if about == collage or not options.everyone]
    if "sent" in counted:
        return TOLD
    if "uncertain" in counted and not options.retry_uncertain:
        return UNCERTAIN
    if "refused" in counted and not options.everyone:
        return FAILED
    return ""
