"""A clean Debian in a directory that systemd-nspawn can boot, which knows how this machine reaches its registries."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.sandbox.container.clean import APT, AS_CHILD, PIP_FILES, carry, environment, pip_settings, sources
from scripts.sandbox.container.root import Root, cached, mirror_of

REPOSITORY = Path(__file__).parents[3]
CHECKOUT = "root/collagen"
BOOTABLE = "apt-get -qq -y --no-install-recommends install systemd-sysv dbus ca-certificates"


@contextmanager
def chosen(parser: argparse.ArgumentParser) -> Iterator[tuple[Path, argparse.Namespace]]:
    """The root that the command line asks for, made if there is none, and removed at the end unless it has a place.

    Raises SystemExit if something is missing on this machine.
    """
    parser.add_argument(
        "suite", metavar="SUITE", nargs="?", default="bookworm", help="bookworm (default), trixie, noble"
    )
    parser.add_argument(
        "directory", metavar="DIRECTORY", nargs="?", type=Path, help="keep the root there, and reuse it"
    )
    arguments = parser.parse_args()
    if os.geteuid():
        sys.exit(f"{parser.prog} must be run as root: it makes a root directory and boots it.")
    for tool in ("debootstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(tool) is None:
            sys.exit(f"{parser.prog} needs {tool}: apt-get install debootstrap systemd-container")
    with tempfile.TemporaryDirectory(prefix="collagen-root.", dir="/var/tmp") as folder:
        path = (arguments.directory or Path(folder, arguments.suite)).absolute()
        made(path, arguments.suite)
        yield path, arguments


def made(path: Path, suite: str) -> None:
    """Makes the root, unless there is one. Raises CalledProcessError."""
    if (path / "etc/os-release").exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-aT", "--reflink=auto", cached(suite, mirror_of(suite)), path], check=True)
    (path / "etc/apt/sources.list").write_text(sources(suite, mirror_of(suite)))
    files = [Path(name).expanduser() for name in PIP_FILES]
    texts = [file.read_text() for file in files if file.is_file()]
    root = Root(path, environment(os.environ, texts))
    carry(path, root.environ)
    pip = "".join(f"{name} = {value}\n" for name, value in pip_settings(os.environ, texts).items())
    (path / "etc/pip.conf").write_text(f"[global]\n{pip}")
    root.start([*AS_CHILD, "bash", "-c", f"({APT} && {BOOTABLE}) >/dev/null 2>&1"], check=True)


def unpacked(path: Path, commit: str | None = None) -> None:
    """Puts the files of a commit, or those of this checkout, into the root: without git, as from an archive."""
    checkout = path / CHECKOUT
    subprocess.run(["rm", "-rf", checkout], check=True)
    checkout.mkdir(parents=True)
    here = (
        "git ls-files --cached --others --exclude-standard -z | tar --null --ignore-failed-read -T - -c"
        if commit is None
        else f"git archive {commit}"
    )
    subprocess.run(
        ["bash", "-c", f'set -o pipefail; {here} | tar -x -C "$1"', "bash", checkout], cwd=REPOSITORY, check=True
    )
