"""Runs code in separate processes: only there can a test see what excludes, survives or tears between processes."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from scripts.sandbox.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Runs `code` with these arguments in `sys.argv[1:]`; its output can be read from `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    """The next line of its output."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def end(process: subprocess.Popen[str]) -> None:
    """Kills it, so that it cannot tidy up after itself."""
    process.kill()
    process.communicate(timeout=PATIENCE)


def run(code: str, *arguments: object) -> str:
    """Runs `code` until it ends, which must be without an error; returns its output."""
    process = start(code, *arguments)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return out


def python(code: str) -> list[str]:
    """The command line of a decoder that runs this code; in it, `serve()` acts as the real one."""
    serve = "from app.adapters.imaging.decoder.server import serve as real\n"
    serve += "def serve(): real(sys.stdin.buffer, sys.stdout.buffer)\n"
    return [sys.executable, "-c", f"import os, sys, time\n{serve}{code}"]
