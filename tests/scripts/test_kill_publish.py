"""Publications are killed at moments spread over all that they do, while a reader walks the site."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.sandbox.service import ROOT


@pytest.mark.thorough
def test_a_site_is_whole_for_its_readers_after_kills_at_any_moment_and_shows_nobody_who_was_forgotten() -> None:
    # in a separate process: what it forks must not have pytest's threads
    command = [sys.executable, "-m", "scripts.sandbox.kills.publish", "--people", "20", "--kills", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "parts compared after the person was forgotten" in done.stdout
