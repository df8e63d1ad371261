"""deploy/install.sh as far as it can run without changing this machine; scripts/install-test shows the rest."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from app.core.config import load_settings
from scripts.sandbox.nginx import ROOT, installed_site

PLACES = ("/opt/collagen", "/etc/collagen", "/srv/collagen", "/etc/nginx/sites-available/collagen", "/etc/fstab")


def install(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "deploy/install.sh"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)


def seen() -> list[tuple[int, int] | None]:
    """The state of the places that an installation writes to."""
    paths = [Path(place) for place in PLACES]
    return [(path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None for path in paths]


def test_help_teaches() -> None:
    said = install("--help")
    assert (said.returncode, said.stderr) == (0, "")
    for option in ("--host", "--email", "--efs", "--self-signed", "--upgrade", "--rollback", "--dry-run"):
        assert option in said.stdout
    assert "set -e" not in said.stdout


@pytest.mark.parametrize(
    "more", [[], *(["--efs", f"fs-1.efs.eu-west-1.amazonaws.com{at}"] for at in ("", ":/collagen"))]
)
def test_a_dry_run_names_every_step_and_does_none(more: list[str]) -> None:
    before = seen()
    said = install("--host", "collagen.example.org", "--email", "you@example.org", "--dry-run", *more)
    assert (said.returncode, said.stderr) == (0, "")
    steps = said.stdout.splitlines()
    assert all(step.startswith(("  would  ", "  done   ")) for step in steps)
    for word in ("packages", "user", "release", "/etc/collagen/.env", "store", "systemd", "Let's Encrypt"):
        assert word in said.stdout
    assert ("/etc/fstab" in said.stdout) == bool(more)
    assert seen() == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--host"],
        ["--host", "--email"],
        ["--host", "not a host", "--self-signed"],
        ["--host", "localhost", "--self-signed"],
        ["--host", "collagen.example.org"],
        ["--host", "collagen.example.org", "--self-signed", "--efs", "a b"],
        ["--host", "collagen.example.org", "--self-signed", "--efs", "fs-1.example:/../etc"],
        ["--host", "collagen.example.org", "--self-signed", "--efs", "fs-1.example:"],
        ["--upgrade", "--rollback"],
        ["--upgrade", "--host", "collagen.example.org"],
        ["--port", "80"],
        ["collagen.example.org"],
    ],
)
def test_wrong_arguments_are_told_in_one_sentence(arguments: list[str]) -> None:
    said = install(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    (line,) = said.stderr.splitlines()
    assert "deploy/install.sh --help" in line


def test_an_upgrade_reads_its_host_from_the_site_and_not_that_of_the_server_that_answers_nobody(tmp_path: Path) -> None:
    (line,) = re.findall(r"^ *HOST=\$\(.*$", (ROOT / "deploy/install/release.sh").read_text(), re.M)
    site = tmp_path / "site"
    site.write_text(installed_site())
    script = f'SITE={site}\n{line}\nprintf %s "$HOST"'
    assert subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout == (
        "collagen.example.org"
    )


def release(path: Path, *units: str, check: str = "app/web/preflight.py") -> Path:
    """A release with these units and the module that says whether it can start."""
    for name in (check, *(f"deploy/systemd/{unit}" for unit in units)):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    python = path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("check", "module"), [("app/web/preflight.py", "app.web.preflight"), ("app/starting.py", "app.starting")]
)
def test_a_release_is_asked_whether_it_can_start_under_the_name_that_it_knows(
    tmp_path: Path, check: str, module: str
) -> None:
    made = release(tmp_path / "release", check=check)
    script = f'as_collagen() {{ "$@"; }}; . {ROOT}/deploy/install/release.sh; can_start {made}'
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == f"-m {module}\n"


def test_a_timer_that_an_upgrade_brings_runs_and_a_rollback_takes_it_away_again(tmp_path: Path) -> None:
    shared = ("collagen.service", "collagen.socket", "collagen-sync.timer")
    old = release(tmp_path / "old", *shared)
    new = release(
        tmp_path / "new", *shared, "collagen-looks.service", "collagen-looks.timer", "collagen-watch@.service"
    )
    system = tmp_path / "system"
    system.mkdir()
    for unit in (new / "deploy/systemd").iterdir():
        (system / unit.name).touch()
    (system / "collagen-own.service").touch()  # the administrator's
    head = 'systemd_runs() { return 0; }; systemctl() { echo "$@"; }'

    def change(before: Path, to: Path) -> list[str]:
        script = f". {ROOT}/deploy/install/web.sh; {head}; SYSTEM={system} RELEASE={to}; change_units {before}"
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()

    assert change(old, new) == [
        "-q is-enabled collagen.service",
        "-q enable collagen-looks.timer",
        "start collagen-looks.timer",
        "daemon-reload",
    ]
    said = change(new, old)
    assert {
        "-q stop collagen-looks.timer",
        "-q stop collagen-watch@*.service",
        "-q disable collagen-looks.timer",
    } <= set(said)
    assert sorted(path.name for path in system.iterdir()) == sorted((*shared, "collagen-own.service"))


def machine(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs the installer's steps about the store, for one at tmp_path/srv and an fstab of its own."""
    text = (ROOT / "deploy/install/machine.sh").read_text().replace("/etc/fstab", str(tmp_path / "fstab"))
    (tmp_path / "machine.sh").write_text(text)
    (tmp_path / "fstab").touch()
    head = f'set -euo pipefail; say() {{ echo "$@"; }}; die() {{ echo "$*" >&2; exit 1; }}; STORE={tmp_path}/srv'
    command = ["bash", "-c", f"{head}; . {tmp_path}/machine.sh; {script}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_first_prototypes_store_is_left_as_it_is_and_the_installer_goes_on(tmp_path: Path) -> None:
    archive = tmp_path / "srv/sayno/approved/a.jpg"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"a face")
    before = {path: path.stat() for path in [tmp_path / "srv", *(tmp_path / "srv").rglob("*")]}
    said = machine(tmp_path, "prototype_there && store && echo went on")
    assert (said.returncode, said.stderr) == (0, "")
    assert "the first prototype's store, which stays as it is" in said.stdout
    assert said.stdout.endswith("went on\n")
    after = {path: path.stat() for path in [tmp_path / "srv", *(tmp_path / "srv").rglob("*")]}
    assert [(found.st_mode, found.st_mtime_ns, found.st_uid) for found in after.values()] == [
        (found.st_mode, found.st_mtime_ns, found.st_uid) for found in before.values()
    ]
    assert "docs/moving-in.md" in (ROOT / "deploy/install.sh").read_text()


def test_a_new_installations_files_are_named_by_absolute_paths(tmp_path: Path) -> None:
    stubs = 'chown() { :; }; install() { mkdir -p "${@: -1}"; }'
    names = f"ETC={tmp_path}/etc MODELS=/var/lib/collagen/models RELEASE={ROOT} HOST=collagen.example.org"
    said = machine(tmp_path, f"{stubs}; {names}; settings && settings_there")
    assert (said.returncode, said.stderr) == (0, "")
    made = load_settings({}, tmp_path / "etc/.env")
    assert (made.store, made.campaigns_file) == (tmp_path / "srv", tmp_path / "etc/campaigns.toml")
    assert (made.looks_file, made.models) == (tmp_path / "etc/looks.toml", Path("/var/lib/collagen/models"))
    assert made.looks_queue is None
    text = (tmp_path / "etc/.env").read_text()
    assert not re.findall(r"^\w+=\.", text, re.M), "a path from the working directory, which an upgrade changes"
    assert re.findall(r"MODELS=(\S+)", (ROOT / "deploy/install.sh").read_text()) == [str(made.models)]


def test_any_other_files_in_the_stores_place_still_end_the_installation(tmp_path: Path) -> None:
    (tmp_path / "srv/photos").mkdir(parents=True)
    said = machine(tmp_path, "store")
    assert said.returncode == 1
    assert "it is not a Collagen store" in said.stderr


@pytest.mark.parametrize(
    ("name", "line"),
    [("fs-1.example", "fs-1.example:/ "), ("fs-1.example:/collagen", "fs-1.example:/collagen ")],
)
def test_a_file_system_is_mounted_whole_or_from_a_directory_in_it(tmp_path: Path, name: str, line: str) -> None:
    script = f"EFS={name}; mountpoint() {{ return 0; }}; mount_line && mount_line_there"
    assert machine(tmp_path, script).returncode == 0
    assert (tmp_path / "fstab").read_text().startswith(f"{line}{tmp_path}/srv nfs4 ")


def test_nginx_takes_more_connections_than_debian_has_it(tmp_path: Path) -> None:
    conf, files = tmp_path / "nginx.conf", tmp_path / "90-collagen.conf"
    conf.write_text("events {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n")
    text = (ROOT / "deploy/install/web.sh").read_text()
    text = text.replace("/etc/nginx/nginx.conf", str(conf)).replace(
        "/etc/nginx/modules-enabled/90-collagen.conf", str(files)
    )
    (tmp_path / "web.sh").write_text(text)
    script = f". {tmp_path}/web.sh; ! connections_there && connections && connections_there"
    subprocess.run(["bash", "-c", script], check=True)
    assert conf.read_text() == "events {\n\tworker_connections 4096;\n\t# multi_accept on;\n}\n"
    assert files.read_text() == "worker_rlimit_nofile 16384;\n"
