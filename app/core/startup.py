"""Starts a program, or says in one line what keeps it from that.

Any Python 3 can read this module: nothing that needs a later one is imported before the version is known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

OLDEST = (3, 11)


def begin(start: Callable[[], None], refusal: str, python: tuple[int, int] = sys.version_info[:2]) -> None:
    """Calls `start`; where this Python, one of its packages or a library keeps it from that, ends with one line.

    `refusal`: how the line begins. `python`: the version of what runs this.
    """
    if python < OLDEST:
        found, wanted = (".".join(map(str, version)) for version in (python, OLDEST))
        sys.exit(f"{refusal}: this is Python {found}, and {wanted} or later is needed; scripts/setup finds one.")
    try:
        start()
    except ImportError as error:
        sys.exit(f"{refusal}: {missing(error)}")


def missing(error: ImportError) -> str:
    """What is not installed, in one sentence. Raises `error` again where it is our own fault."""
    if "MagickWand" in str(error):  # Wand's words, over several lines
        return "ImageMagick's library is missing; install the package libmagickwand-6.q16-6."
    if error.name is None or error.name.partition(".")[0] == "app":
        raise error
    return f"the Python package {error.name} is missing; scripts/setup installs what requirements.txt names."
