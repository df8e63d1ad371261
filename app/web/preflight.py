"""`python -m app.web.preflight [HOST]...`: checks whether the service can start; says why not, in one line.

HOST: each address it will listen on. Other machines may reach it only through a proxy that buffers requests: a few
hundred clients that each send half a request would occupy all of gunicorn's threads.

gunicorn runs this in a process of its own before it starts any worker. Run it after changing a setting: if new workers
cannot start at a reload, the service ends. Any Python 3 can read this module (see `startup`).
"""

from __future__ import annotations

import os
import sys

from app.core import limits
from app.core.startup import begin


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
