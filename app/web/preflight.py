"""`python -m app.web.preflight [HOST]...`: says whether the service can start, in one line where it cannot.

HOST: each address that it is to listen on. From elsewhere it is reached through a proxy only, which reads requests
whole: a few hundred clients that each send half of one would occupy all of gunicorn's threads.

gunicorn asks this in a process of its own before it starts any worker, and so may whoever has changed a setting: with a
reload the service ends where its new workers cannot start. This module can be read by any Python 3: nothing that needs
another one is imported before the version is known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from app.core import limits

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


def _service() -> None:
    from app.core.config import load_settings
    from app.core.errors import SettingError
    from app.web.app import create_app

    try:
        settings = load_settings()
        if not settings.trusted_proxies:
            _require_this_machine(sys.argv[1:])
        create_app(settings)
    except SettingError as error:
        sys.exit(f"Collagen cannot start: {error}")


def _require_this_machine(hosts: list[str]) -> None:
    from app.core.config.parsing import LOOPBACK
    from app.core.errors import SettingError

    for host in hosts:
        if host not in LOOPBACK:
            raise SettingError(
                f"COLLAGEN_TRUSTED_PROXIES is not set, and it should listen on {host}: put a proxy such as nginx before"
                " it, which takes what slow and hostile clients send, and name the proxy's addresses there"
                " (172.16.0.0/12 for Docker's own networks); or let it listen on 127.0.0.1."
            )


if __name__ == "__main__":
    for name, value in limits.IMAGEMAGICK.items():  # before anything loads ImageMagick
        os.environ.setdefault(name, value)
    begin(_service, "Collagen cannot start")
