"""A machine as deploy/install.sh makes it, below a directory: real Collagen, real gunicorn, stand-ins for the rest."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from scripts.sandbox.ports import free
from scripts.sandbox.service import GIVEN_AWAY, ROOT
from scripts.sandbox.waiting import wait_for

KEPT = ("LANG", "HOME", "WAND_MAGICK_LIBRARY_SUFFIX")  # the last one saves each process a search for the library
BIN = Path(__file__).parent / "bin"
PATHS = re.compile(r"(?<![\w./:])/(etc|srv|mnt|var|opt)\b")


class Host:
    """`network`: the file systems that every host can mount, by name."""

    def __init__(self, root: Path, network: Path, port: int, other: Path) -> None:
        self.root, self.port, self.url = root, free(port), ""
        self.url = f"http://127.0.0.1:{self.port}"
        release = root / "opt/collagen/current"
        for directory in ("etc/collagen", "srv/collagen", "mnt/backup", "var/log", "var/cache/collagen", "run"):
            (root / directory).mkdir(parents=True)
        for place in (release / "deploy", root / "usr/local/bin"):
            place.mkdir(parents=True)
        for name in ("app", "requirements.txt", ".env.example"):
            (release / name).symlink_to(ROOT / name)
        for name in ("gunicorn.conf.py", "imagemagick"):
            (release / "deploy" / name).symlink_to(ROOT / "deploy" / name)
        for name in ("install.sh", "common"):
            (release / "deploy" / name).symlink_to(BIN / name)
        (root / "gnupg").mkdir(mode=0o700)
        (release / ".env").symlink_to(root / "etc/collagen/.env")
        wrapper = root / "usr/local/bin/collagen"
        wrapper.write_text(f'#!/bin/sh\ncd "{release}" && exec "{sys.executable}" -m app "$@"\n')
        wrapper.chmod(0o755)
        keep = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environ = keep | {
            "PATH": f"{BIN}:{root}/usr/local/bin:/usr/bin:/bin",
            "SANDBOX": str(root),
            "NETWORK": str(network),
            "OTHER": str(other),
            "PYTHON": sys.executable,
            "BIND": f"127.0.0.1:{self.port}",
            "EDITED": str(root / "edited"),
            "TMPDIR": str(root / "var/cache/collagen"),
            "GNUPGHOME": str(root / "gnupg"),
        }

    def run(self, line: str, content: list[str] | None = None) -> tuple[int, str]:
        """Runs a command line of the page, here instead of at /; returns its exit code and output."""
        (self.root / "edited").write_text("".join(f"{row}\n" for row in content or []))
        here = PATHS.sub(lambda path: f"{self.root}{path[0]}", line)
        here = here.replace("https://collagen.example.org", self.url).replace(
            "127.0.0.1:8000", f"127.0.0.1:{self.port}"
        )
        done = subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", here],
            cwd=self.root / "opt/collagen/current",
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout.replace(str(self.root), "")

    def stop(self) -> None:
        """Stops the service if it runs; its log must not contain anything private."""
        pid = self.root / "run/gunicorn.pid"
        if pid.exists():
            number = int(pid.read_text())
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)
                wait_for(lambda: not _runs(number), "the service had ended")
        log = self.root / "var/log/collagen"
        for line in log.read_text().splitlines() if log.exists() else []:
            assert not GIVEN_AWAY.search(line), line


def _runs(number: int) -> bool:
    """Whether the process runs; one that has ended but was not reaped yet has no command line."""
    try:
        return bool(Path(f"/proc/{number}/cmdline").read_bytes())
    except OSError:
        return False
