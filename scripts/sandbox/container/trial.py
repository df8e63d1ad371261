"""Tests the image: runs the Dockerfile's steps in a clean root, then the result as Docker and AWS would.

python -m scripts.sandbox.container.trial [--keep DIR]

Needs root, debootstrap, and the network (Debian's packages and PyPI) for the steps; the rest runs in a network of its
own, which contains only the image, a stand-in for Cloudinary and one for AWS (moto). Variables: COLLAGEN_MIRROR, where
to get Debian's packages; COLLAGEN_ROOT_HOOK, a program that is called with each new root before its first step, for
what this network requires (a certificate authority, a proxy).
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.sandbox.container import dockerfile
from scripts.sandbox.container.checks import SECRET, Checks, Table, stopwatch
from scripts.sandbox.container.root import Root, cached, suite_of
from scripts.sandbox.service import GIVEN_AWAY, PASSWORD

CONTEXT = Path(__file__).parents[3]
NEW_NETWORK = 0x40000000  # CLONE_NEWNET


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/image-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", metavar="DIR", type=Path, help="leave the root in DIR; reuse an existing one")
    keep = parser.parse_args().keep
    if os.geteuid():
        sys.exit("scripts/image-test needs root: it creates a system and runs programs in it.")
    table = Table()
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        root = Root(keep or Path(folder, "root"))
        print(f"The steps of {dockerfile.DOCKERFILE.relative_to(CONTEXT)}, in a clean root")
        with (Path(folder) / "steps").open("w") as log:
            root.log = log
            try:
                build(root, table)
            except subprocess.CalledProcessError as error:
                sys.exit(f"{Path(log.name).read_text()}\n{error}")
        alone()
        with (Path(folder) / "log").open("w+") as log:
            root.log = log
            Checks(root, table, Path(folder)).run()
            log.seek(0)
            said = log.read()
        table.row("its log has no address, secret or traceback", not _gives_away(said))
        if table.failed:
            print(f"\nWhat it logged:\n{said}")
    print(f"\n{table.failed or 'Nothing'} failed.")
    sys.exit(bool(table.failed))


def build(root: Root, table: Table) -> None:
    base, steps = dockerfile.built(dockerfile.parse(dockerfile.DOCKERFILE.read_text("utf-8")), "collagen")
    patterns = dockerfile.ignore_patterns(Path(f"{dockerfile.DOCKERFILE}.dockerignore").read_text("utf-8"))
    done = (root.path / "opt/collagen/app").exists()
    if not done:
        clean = cached(suite_of(base), os.environ.get("COLLAGEN_MIRROR", "http://deb.debian.org/debian"))
        root.path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", clean, root.path], check=True)
        if hook := os.environ.get("COLLAGEN_ROOT_HOOK"):
            subprocess.run([hook, root.path], check=True)
        version = (root.path / "etc/debian_version").read_text().strip()
        table.row(f"FROM {base}", True, f"the root is Debian {version}, packages of today")
    for step in steps:
        if done and step.keyword in ("RUN", "COPY"):
            continue
        with stopwatch() as seconds:
            root.do(step, CONTEXT, patterns)
        table.row(f"{step.keyword} {' '.join(' '.join(step.words).split())[:70]}", True, f"{seconds():.1f} s")


def alone() -> None:
    """Moves this process and its children into a network of their own, with loopback only."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "cannot create a separate network")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = struct.pack("16sh14x", b"lo", 1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS


def _gives_away(said: str) -> bool:
    return bool(GIVEN_AWAY.search(said)) or SECRET in said or PASSWORD in said


if __name__ == "__main__":
    main()
