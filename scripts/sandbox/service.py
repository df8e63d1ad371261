"""`Service`: Collagen as it really runs, gunicorn with several workers, for tests and the demonstration."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import requests

from scripts.sandbox.ending import Ending
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
PASSWORD = "open sesame"
# what the system log must never contain: an address, a traceback
GIVEN_AWAY = re.compile(r"[\w.+-]+@[\w-]+\.\w|Traceback")

CAMPAIGNS = """
[test_prototype]
title = "Test prototype"
test_address = "collagen-test+{token}@antb.me"

[sayno]
title = "Say No"

[other]
"""


def environment(standin: Standin, store: Path, **more: str) -> dict[str, str]:
    """The settings that point Collagen at the stand-in and keep its photos in `store`."""
    campaigns = store.parent / "campaigns.toml"
    if not campaigns.exists():
        campaigns.write_text(CAMPAIGNS)
    return {
        "CLOUDINARY_URL": standin.cloudinary_url,
        "COLLAGEN_STORE": str(store),
        "COLLAGEN_CAMPAIGNS": str(campaigns),
        "COLLAGEN_DELIVERY_HOSTS": standin.delivery_host,
        "COLLAGEN_ADMIN_PASSWORD": PASSWORD,
    } | more


class Service(Ending):
    """A running gunicorn. Its log is in `log`, one entry a line, and must contain nothing private."""

    def __init__(
        self,
        environ: dict[str, str],
        *,
        workers: int | None = 2,
        bind: str = "127.0.0.1:0",
        listening: socket.socket | None = None,
    ) -> None:
        """Starts it and waits until it listens. `workers`: None leaves their number to deploy/gunicorn.conf.py.

        `listening`: listens on this socket, which stays open when the service ends, as under systemd.

        Raises RuntimeError with its output if it does not start.
        """
        self.log: list[str] = []
        self.url = ""
        names = ("COLLAGEN_ADMIN_PASSWORD", "COLLAGEN_STORE", "COLLAGEN_SECRET_KEY")
        secret = environ.get("CLOUDINARY_URL", "").partition("@")[0].rpartition(":")[2]
        self._secrets = [value for value in (*(environ.get(name) for name in names), secret) if value]
        self._listening = threading.Event()
        bind = bind if listening is None else f"fd://{listening.fileno()}"
        config = ["-c", str(ROOT / "deploy/gunicorn.conf.py"), "--bind", bind]
        config += [] if workers is None else ["--workers", str(workers)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *config, "app.web.app:create_app()"],
            cwd=ROOT,
            env=os.environ | environ,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[] if listening is None else [listening.fileno()],
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.admin = requests.Session()
        self.admin.auth = ("admin", environ.get("COLLAGEN_ADMIN_PASSWORD", ""))
        self._listening.wait(PATIENCE)
        if not self.url:
            self.stop()
            raise RuntimeError("\n".join(self.log))

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                self.log.append(line.rstrip())
                found = re.search(r"Listening at: (http://\S+)", line)
                if found:
                    self.url = found[1]
                    self._listening.set()
        self._listening.set()

    @property
    def webhook(self) -> str:
        return f"{self.url}/webhook/cloudinary"

    def build(self, campaign: str, wait: int = 60, **parameters: Any) -> requests.Response:
        """Requests a collage as the admin does."""
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        return self.admin.post(f"{self.url}/admin/campaigns/{campaign}/collages", json=parameters, headers=headers)

    def stop(self) -> None:
        """Stops it gracefully; safe to call twice."""
        self.admin.close()  # gunicorn waits for connections that are kept alive
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
        self._reader.join()
        for line in self.log:
            assert not GIVEN_AWAY.search(line), line
            assert not any(secret in line for secret in self._secrets), line
