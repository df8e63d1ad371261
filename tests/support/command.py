"""The program as a process: `python -m app`."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.sandbox.service import ROOT


def run(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | (environ or {}),
        capture_output=True,
        text=True,
        timeout=300,
    )
