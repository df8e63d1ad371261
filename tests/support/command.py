"""The program's commands as processes: `python -m app`."""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.sandbox.service import ROOT

SETTINGS = ("COLLAGEN_", "CLOUDINARY_")


def run(
    *arguments: str, environ: dict[str, str] | None = None, cwd: Path = ROOT, bare: bool = False
) -> subprocess.CompletedProcess[str]:
    """Runs a command in a process forked from one that has loaded the program (see `loaded`).

    `environ`: in addition to ours. `bare`: without the program's settings that we may have.
    """
    server = _server()
    ours = {name: value for name, value in os.environ.items() if not (bare and name.startswith(SETTINGS))}
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
        request = {
            "arguments": arguments,
            "environ": ours | (environ or {}),
            "cwd": str(cwd),
            "out": out.name,
            "err": err.name,
        }
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(["app", *arguments], code, out.read(), err.read())


def run_alone(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command from Python's start on, which takes half a second longer."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | (environ or {}),
        capture_output=True,
        text=True,
        timeout=300,
    )


@functools.cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.loaded"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.close()
    server.wait()
    server.stdout.close()
