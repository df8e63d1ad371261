"""What becomes of a message that was handled."""

import logging
from dataclasses import dataclass
from typing import Literal

from app.core import errors
from app.core.config import Settings

LOG = logging.getLogger(__name__)
AGAIN = 60  # seconds until the next attempt, where the error does not say


@dataclass(frozen=True)
class Verdict:
    """`again`: in how many seconds the message should come back; None: it is finished."""

    word: Literal["done", "drop", "again"]
    again: int | None = None


def verdict(error: errors.CollagenError) -> Verdict:
    """The outcome for a message on which `error` was raised. Pure.

    What may succeed later comes back, after a SettingError too: once the setting is fixed, the same message succeeds.
    Anything else would fail again, so the message is logged and acknowledged.
    """
    if isinstance(error, errors.Retryable):
        return Verdict("again", error.retry_after)
    return Verdict("again", AGAIN) if isinstance(error, errors.SettingError) else Verdict("drop")


def told(error: errors.CollagenError, answer: Verdict, settings: Settings) -> Verdict:
    """The answer, once the log says what happened, without addresses and paths."""
    kind, message = type(error).__name__, errors.nameless(settings.without_paths(error))
    if answer.again is None:
        LOG.warning("Dropped for good, %s: %s", kind, message)
    else:
        LOG.warning("Comes back in %d s, %s: %s", answer.again, kind, message)
    return answer


def unexpected(error: Exception) -> Verdict:
    """The outcome after an error that nobody foresaw; logs where it happened, not what it says."""
    LOG.error("Comes back in %d s, it failed unexpectedly: %s", AGAIN, errors.where(error))
    return Verdict("again", AGAIN)
