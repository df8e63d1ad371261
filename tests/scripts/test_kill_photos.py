"""Processes are killed at random moments while they sync and build; one sync later everything is right."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.sandbox.service import ROOT


@pytest.mark.thorough
def test_after_kills_at_any_instant_one_sync_makes_everything_right_and_leaves_nothing_behind() -> None:
    # in a separate process: what it forks must not have pytest's threads
    done = subprocess.run(
        [sys.executable, "-m", "scripts.sandbox.kills.photos", "--kills", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills" in done.stdout
