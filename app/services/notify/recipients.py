"""Who is told of a collage, and why somebody is not. Pure: everyone shown is in the selection, here or there."""

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
    """What whoever starts a run asks for.

    `everyone`: also those told of an earlier collage, and those whose address was refused for good; nobody is told of
    the same collage twice. `limit`: at most so many mails. `rate`: at most so many a minute. `retry_uncertain`: also
    those of whom nobody knows whether their mail arrived. `test`: one mail to this address, and no other.
    """

    everyone: bool = False
    limit: int | None = None
    rate: float | None = None
    retry_uncertain: bool = False
    test: str | None = None


@dataclass(frozen=True)
class Recipient:
    """Someone who is told, and the photo that shows them. `stored`: the archive's spelling of it, if another."""

    address: str
    public_id: str
    stored: str | None = None


@dataclass
class Selection:
    """`skipped`: by reason, the addresses that are not written to (public IDs where there is no address)."""

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
) -> Selection:
    """Who of those shown is told.

    `shown`: public ID and address, in the order of the grid, of which the first counts where several have an address.
    `test_address`: in a campaign for trials, the only form of address that is written to (`Campaign.test_address`).
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
        if not reason and options.limit is not None and len(selection.recipients) >= options.limit:
            reason = OVER
        if reason:
            selection.skipped.setdefault(reason, []).append(address)
        else:
            selection.recipients.append(recipient)
    return selection


def is_test_address(address: str, test_address: str) -> bool:
    """Whether `address` is one that a campaign for trials stores: `test_address` with letters, digits and - in it."""
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
    """Why what became of earlier mails keeps someone from being told; "" where nothing does."""
    states = history.of(address)
    # of everyone, only what was sent about this very collage counts
    counted = [state for about, state in states.items() if about == collage or not options.everyone]
    if "sent" in counted:
        return TOLD
    if "uncertain" in counted and not options.retry_uncertain:
        return UNCERTAIN
    if "refused" in counted and not options.everyone:
        return FAILED
    return ""
