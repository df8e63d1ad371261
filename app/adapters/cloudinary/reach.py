"""Whether a host answers, and its clock. Without a login, so it is not a call of the Admin API."""

import time
from email.utils import parsedate_to_datetime

import requests

from app.adapters.cloudinary.connection import Deadline
from app.core import limits
from app.core.errors import CloudinaryUnavailable, CollagenError


def clock(session: requests.Session, url: str) -> float | None:
    """By how many seconds the clock of the server at `url` is ahead of ours; None if it does not say.

    Accurate to half a second, because the Date header has whole seconds (RFC 9110, 6.6.1), and to half the time that
    the answer took. Any answer counts, even a refusal. Raises CloudinaryUnavailable if there is none.
    """
    host = url.split("/")[2]
    with Deadline(limits.API_SECONDS) as deadline:
        before = time.time()
        try:
            with session.head(url, timeout=limits.API_SECONDS, allow_redirects=False) as answer:
                date, took = answer.headers.get("Date", ""), time.time() - before
        except CollagenError:
            raise
        except (requests.RequestException, ValueError) as error:
            why = f"no answer in {limits.API_SECONDS} s" if deadline.passed else _reason(error)
            raise CloudinaryUnavailable(f"{host} cannot be reached: {why}.") from error
    try:
        there = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
    return there + 0.5 - (before + took / 2)


def _reason(error: Exception) -> str:
    """The system's message, from inside the wrappers of requests and urllib3."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    reason = inner.strerror if isinstance(inner, OSError) and inner.strerror else type(inner).__name__
    return " ".join(reason.split())[:200]
