"""An installation of Collagen in a container: its addresses and its settings."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from scripts.sandbox.waiting import wait_for

HOST = "collagen.test"
URL = f"https://{HOST}"
INSTALL = ("/root/collagen/deploy/install.sh", "--host", HOST, "--self-signed")
PORT = 9400  # of the stand-in, in the container's own network


def know_the_host(root: Path, directory: Path) -> None:
    """Makes this process and its children know the machine's name and trust its certificate."""
    hosts = directory / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
    certificate = root / "etc/collagen/tls/self-signed.pem"
    os.environ |= {name: str(certificate) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}


def ended(address: str, admin: tuple[str, str], meanwhile: str) -> dict[str, Any]:
    """The state at this URL once it is no longer `meanwhile`."""

    def state() -> dict[str, Any] | None:
        found: dict[str, Any] = requests.get(address, auth=admin, timeout=60).json()
        return found if found["state"] != meanwhile else None

    return wait_for(state, f"{address} was no longer {meanwhile}", every=0.5)


def setting(root: Path, name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", (root / "etc/collagen/.env").read_text(), re.M)
    return found[1] if found else ""


def write(root: Path, name: str, value: str) -> None:
    """Writes a setting into .env, on its own line or that of its example."""
    path = root / "etc/collagen/.env"
    path.write_text(re.sub(rf"^#?{name}=.*", lambda _: f"{name}={value}", path.read_text(), flags=re.M))
