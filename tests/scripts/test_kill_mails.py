"""Mail runs are killed at random moments and restarted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.sandbox.service import ROOT


@pytest.mark.thorough
def test_after_kills_at_any_moment_nobody_is_mailed_twice_and_the_uncertain_are_named() -> None:
    # in a separate process: what it forks must not have pytest's threads
    command = [sys.executable, "-m", "scripts.sandbox.kills.mails", "--people", "20", "--kills", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kills" in done.stdout
