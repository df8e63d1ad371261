"""Starts a program, or says in one line why it cannot.

Any Python 3 can read this module: nothing that needs a later version is imported before the version is checked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

OLDEST = (3, 11)


def begin(start: Callable[[], None], refusal: str, python: tuple[int, int] = sys.version_info[:2]) -> None:
    """Calls `start`; exits with one line if Python is too old, or a package or library is missing.

    `refusal`: how the line begins. `python`: the running version.
    """
    if python < OLDEST:
        found, wanted = (".".join(map(str, version)) for version in (python, OLDEST))
        sys.exit(f"{refusal}: this is Python {found}, and {wanted} or later is needed; scripts/setup finds one.")
    try:
        start()
    except ImportError as error:
        sys.exit(f"{refusal}: {missing(error)}")


def missing(error: ImportError) -> str:
    """What is not installed, in one sentence. Raises `error` again if the missing module is ours."""
    if "MagickWand" in str(error):  # from Wand's message of several lines
        return "ImageMagick's library is missing; install the package libmagickwand-6.q16-6."
    if error.name is None or error.name.partition(".")[0] == "app":
        raise error
    return f"the Python package {error.name} is missing; scripts/setup installs what requirements.txt names."
