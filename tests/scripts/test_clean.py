"""scripts/clean-root as far as it can run without a root: what it takes from this machine, and what it prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.sandbox.container import clean
from scripts.sandbox.container.root import PATH, mirror_of
from scripts.sandbox.nginx import ROOT

CONFIGURATION = """
[global]
index-url = https://pypi.example.org/simple
extra-index-url = file:///opt/packages/simple https://other.example.org/simple
find-links = /opt/wheels
cert = /etc/ssl/ours.pem
[list]
format = columns
"""


def git(*arguments: str | Path) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def test_a_release_has_its_updates_and_security_updates_but_sid() -> None:
    assert clean.sources("trixie", "http://mirror.example.org/debian/") == (
        "deb http://mirror.example.org/debian/ trixie main\n"
        "deb http://mirror.example.org/debian/ trixie-updates main\n"
        "deb http://mirror.example.org/debian-security trixie-security main\n"
    )
    assert clean.sources("sid", mirror_of("sid")) == "deb http://deb.debian.org/debian sid main\n"


def test_ubuntu_has_its_security_updates_on_the_same_mirror_and_exiftool_in_universe() -> None:
    assert clean.sources("noble", mirror_of("noble")) == (
        "deb http://archive.ubuntu.com/ubuntu noble main universe\n"
        "deb http://archive.ubuntu.com/ubuntu noble-updates main universe\n"
        "deb http://archive.ubuntu.com/ubuntu noble-security main universe\n"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('NAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n', "Debian 13.2"),
        ('NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n', "Ubuntu 24.04"),
    ],
)
def test_a_release_is_named_with_its_point_release(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text(text)
    (tmp_path / "etc/debian_version").write_text("13.2\n")
    assert clean.name_of(tmp_path) == name


def test_the_root_knows_only_this_machines_registry_settings() -> None:
    ours = {
        "https_proxy": "http://proxy.example.org:3128",
        "SSL_CERT_FILE": "/etc/ssl/ours.pem",
        "PIP_INDEX_URL": "https://nearer.example.org/simple",
        "PIP_FIND_LINKS": "/opt/wheels",
        "HOME": "/home/ann",
        "CLOUDINARY_URL": "cloudinary://key:secret@cloud",
    }
    assert clean.environment(ours, [CONFIGURATION]) == {
        "PATH": PATH,
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "https_proxy": "http://proxy.example.org:3128",
        "SSL_CERT_FILE": "/etc/ssl/ours.pem",
        "PIP_INDEX_URL": "https://nearer.example.org/simple",
        "PIP_EXTRA_INDEX_URL": "https://other.example.org/simple",
        "PIP_CERT": "/etc/ssl/ours.pem",
    }


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git, as in a clean root")
def test_a_clone_follows_what_is_committed_and_keeps_what_git_ignores(tmp_path: Path) -> None:
    repository, checkout = tmp_path / "repository", tmp_path / "root" / "collagen"
    git("init", "--quiet", repository)
    for number, ignored in enumerate((".venv", ".venv\n.cache")):
        (repository / ".gitignore").write_text(ignored)
        git("-C", repository, "add", ".gitignore")
        git("-C", repository, "commit", "--quiet", "-m", "as it is now")
        (repository / "uncommitted").touch()
        clean.cloned(repository, checkout)
        assert (checkout / ".gitignore").read_text() == ignored
        assert not (checkout / "uncommitted").exists()
        assert (checkout / ".venv").exists() == bool(number)
        (checkout / ".venv").touch()
        (checkout / "left by a test").touch()
    clean.cloned(repository, checkout)
    assert not (checkout / "left by a test").exists()


@pytest.mark.parametrize(
    ("words", "command"), [([], None), (["--", "./scripts/test", "-k", "x"], [["./scripts/test", "-k", "x"]])]
)
def test_what_stands_after_two_dashes_is_run_in_place_of_both_commands(
    words: list[str], command: list[list[str]] | None
) -> None:
    assert clean.parsed(["trixie", "--keep", "/var/tmp/r", *words]).command == command


def test_help_teaches() -> None:
    said = subprocess.run([ROOT / "scripts/clean-root", "--help"], capture_output=True, text=True, timeout=300)
    assert (said.returncode, said.stderr) == (0, "")
    for word in (
        "bookworm",
        "trixie",
        "noble",
        "--keep DIR",
        "--package NAME=VERSION",
        "-- COMMAND...",
        ".cache/collagen-roots",
    ):
        assert word in said.stdout
