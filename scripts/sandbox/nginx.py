"""`Nginx`: the site of deploy/nginx/collagen.conf on other ports, in front of a service that a test has started."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import trustme

from scripts.sandbox.ending import Ending
from scripts.sandbox.ports import HOST, free_ports
from scripts.sandbox.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parents[2]
SITE = ROOT / "deploy/nginx/collagen.conf"
# What Debian's nginx.conf puts around a site, except the locations of files.
MAIN = """
{user}
daemon off;
worker_processes auto;
pid {directory}/pid;
error_log {logs}/error.log;
events {{ worker_connections 768; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    gzip on;
    access_log {logs}/access.log;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/site.conf;
}}
"""


def program() -> str | None:
    """The path of nginx, which is only in root's PATH; None if there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def installed_site(path: str = f"{os.environ.get('PATH', '')}:/usr/sbin") -> str:
    """The site's file as deploy/install.sh writes it for the nginx on `path`."""
    script = f'set -euo pipefail; . "{ROOT}/deploy/install/web.sh"; HOST=collagen.example.org; site "{ROOT}"'
    return subprocess.run(
        ["bash", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=True, timeout=30
    ).stdout


class Nginx(Ending):
    """A running nginx. `url` is its https address, `http` the other; `ca` is for requests' `verify`; it writes only
    below `logs`.
    """

    def __init__(
        self, upstream_port: int, store: Path, directory: Path, more: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Starts it and waits until it listens. `directory` is created, and holds all its files. `more`: texts in the
        site, and what replaces them.

        Raises RuntimeError with its output if it does not start.
        """
        self.directory, self.logs = directory.absolute(), directory.absolute() / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.directory / "acme").mkdir(exist_ok=True)
        plain, tls = free_ports(2)
        self.http, self.url = f"http://{HOST}:{plain}", f"https://{HOST}:{tls}"
        self.ca, self.configuration = self.directory / "ca.pem", self.directory / "nginx.conf"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca)
        issued = authority.issue_cert(HOST, "localhost", "collagen.example.org")
        (self.directory / "fullchain.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(self.directory / "privkey.pem")
        (self.directory / "site.conf").write_text(self._site(plain, tls, upstream_port, store.absolute(), more))
        user = "user root;" if os.geteuid() == 0 else ""  # or it could not read a test's temporary directory
        self.configuration.write_text(MAIN.format(user=user, directory=self.directory, logs=self.logs))
        nginx = program()
        if nginx is None:
            raise RuntimeError("There is no nginx; scripts/setup --dev installs it.")
        command = [nginx, "-p", str(self.directory), "-e", str(self.logs / "error.log"), "-c", str(self.configuration)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(
            lambda: all(_listens(port) for port in (plain, tls)) or self.process.poll() is not None, "nginx listened"
        )
        if self.process.poll() is not None:
            raise RuntimeError((self.logs / "error.log").read_text())

    def _site(self, plain: int, tls: int, upstream: int, store: Path, more: Mapping[str, str]) -> str:
        """The site as installed for this nginx, with only ports and paths changed."""
        changes = {
            "listen 80": f"listen {HOST}:{plain}",
            "listen 443 ssl": f"listen {HOST}:{tls} ssl",
            "server_name collagen.example.org;": f"server_name collagen.example.org {HOST} localhost;",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "/etc/collagen/tls/": f"{self.directory}/",
            "/var/lib/collagen/acme": f"{self.directory}/acme",
            "/var/log/nginx/": f"{self.logs}/",
            "/opt/collagen/current/": f"{ROOT}/",
            "/srv/collagen/": f"{store}/",
            **more,
        }
        site = re.sub(r" *listen \[::\].*\n", "", installed_site())
        for old, new in changes.items():
            assert old in site, old
            site = site.replace(old, new)
        return site

    def stop(self) -> None:
        """Ends it at once; safe to call twice."""
        self.process.terminate()
        self.process.wait(PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
