"""systemd's units: valid, hardened, and referring to existing files."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.sandbox.nginx import ROOT

UNITS = ROOT / "deploy/systemd"
SERVICES = sorted(UNITS.glob("*.service"))
analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")


def setting(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.M)


@analyze
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_a_service_is_hardened(service: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", str(service)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert said.returncode == 0, said.stdout[-200:]


@analyze
def test_systemd_understands_every_unit() -> None:
    units = [str(path) for path in UNITS.glob("*.[st][eoi]*")]
    command = ["systemd-analyze", "verify", "--man=no", *units]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    ours = [
        line for line in said.stderr.splitlines() if "collagen" in line
    ]  # and not errors in this machine's own units
    assert (len(units), ours) == (9, [])


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_what_a_service_runs_is_in_the_release_and_is_the_releases_own_by_name(service: Path) -> None:
    assert setting(service, "WorkingDirectory") == ["/opt/collagen/current"]
    (line,) = setting(service, "ExecStart")
    shell, option, script = shlex.split(line.replace("$$", "$"))
    assert (shell, option) == ("/bin/sh", "-c")
    # not through the link "current", which an upgrade changes while the service runs
    python, dash, module, *rest = shlex.split(script.removeprefix("exec "))
    assert (python, dash) == ("$(pwd -P)/.venv/bin/python", "-m")
    assert module == "gunicorn" or (ROOT / module / "__main__.py").exists()
    for argument in rest:
        assert "/" not in argument or (ROOT / argument).exists()


def test_a_service_that_restarts_is_waited_for_longer_than_its_requests_may_take() -> None:
    configuration = (ROOT / "deploy/gunicorn.conf.py").read_text()
    (graceful,) = re.findall(r"^graceful_timeout = (\d+)", configuration, re.M)
    (patience,) = setting(UNITS / "collagen.service", "TimeoutStopSec")
    assert int(graceful) < int(patience)


def test_the_timer_starts_the_sync_every_hour() -> None:
    assert setting(UNITS / "collagen-sync.timer", "OnCalendar") == ["hourly"]
    assert (UNITS / "collagen-sync.service").exists()
