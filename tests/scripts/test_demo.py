"""The demonstration, as a newcomer sees it."""

import subprocess
import sys

import pytest

from scripts.sandbox.service import ROOT


@pytest.mark.thorough
def test_the_demonstration_ends_well_and_says_what_to_open() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.sandbox.demo", "--once"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for made in ("collage/collage-1920.jpg", "site/index.html", "mail.eml", "store/sayno/looks/card"):
        assert str(ROOT / "demo" / made) in ended.stdout
        assert (ROOT / "demo" / made).exists()
