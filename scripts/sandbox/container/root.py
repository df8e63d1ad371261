"""A directory with a system in it: created by debootstrap, changed by a Dockerfile's instructions, run in a chroot.

Needs root. Each command gets its own mounts and process IDs, and is process 1 there, as in a container.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TextIO

from scripts.sandbox.container.dockerfile import Instruction, lets_through

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SUITES = {"12": "bookworm", "13": "trixie"}  # of Debian's releases
UBUNTU = ("jammy", "noble")  # 22.04, 24.04
# Debian packages neither Ubuntu's keys nor, for debootstrap, its newer releases, which are made like gutsy.
UBUNTU_KEYS = "https://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb"
CACHE = Path("~/.cache/collagen-roots").expanduser()

IN_PRIVATE = """
set -e
root=$1 user=$2 directory=$3; shift 3
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot --userspec="$user" "$root" env -i --chdir="$directory" "$@"
"""
# As AWS Lambda does: only /tmp and mounted directories are writable, there is no /dev/shm, and the user has no name.
IN_LAMBDA = """
set -e
root=$1 user=$2 directory=$3 store=$4; shift 4
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$store" "$root/mnt/store"
mount -t tmpfs tmpfs "$root/tmp"
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" env -i --chdir="$directory" "$@"
"""


def suite_of(image: str) -> str:
    """The release that an image such as debian:12.12-slim contains."""
    name, _, tag = image.partition(":")
    if name != "debian":
        raise ValueError(f"{image}: only Debian's releases can be made here")
    return SUITES[tag.partition(".")[0]]


def mirror_of(suite: str) -> str:
    """The usual mirror of a release's packages."""
    return "http://archive.ubuntu.com/ubuntu" if suite in UBUNTU else "http://deb.debian.org/debian"


def cached(suite: str, mirror: str) -> Path:
    """The minimal system of a release, with the packages of the day it was created; to be copied, not changed."""
    clean = CACHE / suite
    if not clean.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        half = clean.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            keys, script = _ubuntu(Path(folder)) if suite in UBUNTU else ([], [])
            command = ["debootstrap", "--variant=minbase", *keys, suite, str(half), mirror, *script]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        half.rename(clean)
    return clean


def _ubuntu(folder: Path) -> tuple[list[str], list[str]]:
    """debootstrap's options and last argument for Ubuntu's releases; unpacks Ubuntu's keys into `folder`."""
    package = folder / "keys.deb"
    with urllib.request.urlopen(UBUNTU_KEYS, timeout=60) as answer:
        package.write_bytes(answer.read())
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    scripts = "/usr/share/debootstrap/scripts/gutsy"
    return [f"--keyring={folder}/usr/share/keyrings/ubuntu-archive-keyring.gpg"], [scripts]


@dataclass
class Root:
    """The contents of an image: files, and how to start its programs."""

    path: Path
    environ: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    directory: str = "/"
    user: str = "0:0"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    log: TextIO | None = None  # where the output of its programs goes

    def do(self, step: Instruction, context: Path, patterns: list[str]) -> None:
        """Runs one instruction. Raises CalledProcessError if a command fails."""
        match step.keyword:
            case "RUN":
                self.start(["/bin/sh", "-c", step.words[0]], check=True)
            case "COPY":
                self._copy(step.words[:-1], step.words[-1], context, patterns)
            case "WORKDIR":
                self.directory = str(PurePosixPath(self.directory, step.words[0]))
                self._inside(self.directory).mkdir(parents=True, exist_ok=True)
            case "ENV":
                self.environ |= dict(word.split("=", 1) for word in step.words)
            case "USER":
                self.user = step.words[0]
            case "ENTRYPOINT":
                self.entrypoint = step.words
            case "CMD":
                self.command = step.words
            case "HEALTHCHECK":
                self.health = step.words

    def start(
        self,
        command: list[str] | tuple[str, ...],
        environ: Mapping[str, str] | None = None,
        *,
        check: bool = False,
    ) -> subprocess.Popen[str]:
        """Starts a command as the image's user; with `check`, waits for it and raises if it fails."""
        process = self._popen(IN_PRIVATE, self.user, [], command, self.environ | dict(environ or {}))
        if check and process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)
        return process

    def start_in_lambda(self, command: tuple[str, ...], store: Path, **environ: str) -> subprocess.Popen[str]:
        """Starts a command as AWS Lambda does, with the store at /mnt/store."""
        self._inside("/mnt/store").mkdir(exist_ok=True)
        return self._popen(IN_LAMBDA, "993:990", [str(store)], command, self.environ | environ)

    def _popen(
        self, script: str, user: str, more: list[str], command: list[str] | tuple[str, ...], environ: dict[str, str]
    ) -> subprocess.Popen[str]:
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        variables = [f"{name}={value}" for name, value in environ.items()]
        return subprocess.Popen(
            [*alone, "sh", "-c", script, "sh", str(self.path), user, self.directory, *more, *variables, *command],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            text=True,
        )

    def _copy(self, sources: tuple[str, ...], target: str, context: Path, patterns: list[str]) -> None:
        into = self._inside(str(PurePosixPath(self.directory, target)))
        for source in sources:
            origin = context / source
            found = [origin] if origin.is_file() else [path for path in origin.rglob("*") if path.is_file()]
            sent = [path for path in found if lets_through(patterns, PurePosixPath(path.relative_to(context)))]
            if not sent:
                raise FileNotFoundError(f"COPY {source}: the .dockerignore lets nothing of it through")
            for path in sent:
                if origin.is_file():
                    copy = into / path.name if target.endswith("/") else into
                else:
                    copy = into / path.relative_to(origin)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)

    def _inside(self, path: str) -> Path:
        return self.path / path.lstrip("/")


def first_process(process: subprocess.Popen[str]) -> int:
    """The process ID, on this machine, of process 1 there."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0])


def end(process: subprocess.Popen[str], signal_number: int, patience: float) -> int:
    """Sends a signal to process 1 there and returns its exit code. Raises TimeoutExpired."""
    os.kill(first_process(process), signal_number)
    return process.wait(patience)
