"""What all errors have in common, and how they are written into logs."""

import re
import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """An unexpected error on one line, for a log: its type and the place in our code, without its message.

    A library's message may contain an address, a secret or a whole request.
    """
    ours = str(Path(__file__).parents[2])
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(ours)]
    place = (
        f" in {frames[-1].name}, {frames[-1].filename.rpartition('/')[2]} line {frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def nameless(text: str) -> str:
    """`text` without e-mail addresses, for logs and notes; mail servers repeat them in their answers."""
    return re.sub(r"[^\s<>]+@[^\s<>]+", "<address>", text)


class CollagenError(Exception):
    """Base of all errors that Collagen raises on purpose."""

    retryable = False
    by_trigger = False  # a notification fails because of how its trigger is set up, as all others of it do; logged once

    @property
    def public(self) -> str:
        """One sentence without paths, addresses or secrets."""
        return str(self)
