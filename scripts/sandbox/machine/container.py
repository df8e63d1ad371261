"""`Container`: a Debian in a directory, booted or not, with commands run in it."""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path

from scripts.sandbox.ending import Ending
from scripts.sandbox.waiting import wait_for

NSPAWN = [
    *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--machine=collagen-test"),
    "--timezone=off",  # it would put a file in the place that the package tzdata, where it comes later, cannot replace
]
NEW_NETWORK = 0x40000000  # CLONE_NEWNET, see setns(2)


def in_directory(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in a Debian that is not booted, on this machine's network."""
    nspawn = [*NSPAWN, "--pipe", "-D", str(root), "--resolv-conf=copy-host"]
    return subprocess.run([*nspawn, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=1800)


class Container(Ending):
    """A booted Debian, with systemd and a network of its own that contains nothing else."""

    def __init__(self, root: Path) -> None:
        """Boots it, and waits until everything has started."""
        environ = os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        command = [*NSPAWN, "--private-network", "--boot", "-D", str(root), "--console=passive"]
        self._process = subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

        def is_up() -> bool:
            assert self._process.poll() is None, f"{root} does not boot"
            return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

        wait_for(is_up, f"{root} had booted", every=0.5, patience=60)

    @property
    def leader(self) -> int:
        """The process ID, on this machine, of its process 1; 0 before it has started."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def run(self, *command: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Runs a command in it, as root."""
        enter = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            [*enter, "env", "-i", path, *command],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout,
        )  # fmt: skip

    def join_network(self) -> None:
        """Moves this thread, and what it starts from now on, into the container's network."""
        with Path(f"/proc/{self.leader}/ns/net").open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), NEW_NETWORK):
                raise OSError(ctypes.get_errno(), "setns")

    def stop(self) -> None:
        """Shuts it down."""
        self._process.terminate()
        try:
            self._process.wait(90)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)
