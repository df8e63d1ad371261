"""Commands of Collagen, run as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from scripts.sandbox.service import ROOT


def said(environ: Mapping[str, str], *arguments: str) -> str:
    """What a command prints. `environ`: settings, beside this process's own. Raises AssertionError if it fails."""
    command = [sys.executable, "-m", "app", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
