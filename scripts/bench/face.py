"""Requests the picture of a campaign's public page from a running gunicorn, as fast as answers come.

Whole, with the validator of a browser that has it, and at widths that nobody has requested yet. The clients share the
cores with the service.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from app.adapters.store import Store
from scripts.bench import pictures
from scripts.bench.client import WORKERS, built_collage
from scripts.bench.measure import show_rate, show_rate_heading
from scripts.bench.neighbours import link
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

CAMPAIGN = "sayno"
RULES = f"[{CAMPAIGN}]\npublic = true\n"
USUAL = f"/c/{CAMPAIGN}/collage.jpg?width=640"
Headers = dict[str, str]


class Crowd:
    """So many clients of a service, each with a connection of its own."""

    def __init__(self, service: Service, clients: int) -> None:
        self._netloc = urlsplit(service.url).netloc
        self._clients = clients

    def tag(self) -> str:
        """The ETag of the usual picture, which is made if need be."""
        connection = HTTPConnection(self._netloc, timeout=60)
        connection.request("GET", USUAL)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.headers["ETag"]

    def ask(
        self, path: Callable[[int], str], times: int, status: int, headers: Headers | None = None
    ) -> tuple[float, list[float]]:
        """Sends so many requests; `path`: of the n-th. Seconds until the last answer, and seconds of each."""
        share = times // self._clients
        began = time.monotonic()

        def client(number: int) -> list[float]:
            connection, taken = HTTPConnection(self._netloc, timeout=60), []
            for at in range(number * share, (number + 1) * share):
                start = time.monotonic()
                connection.request("GET", path(at), headers=headers or {})
                answer = connection.getresponse()
                answer.read()
                taken.append(time.monotonic() - start)
                if answer.status != status:
                    raise SystemExit(f"A picture was answered {answer.status}.")
            connection.close()
            return taken

        with ThreadPoolExecutor(self._clients) as pool:
            parts = list(pool.map(client, range(self._clients)))
        return time.monotonic() - began, [one for part in parts for one in part]


def run(source: Store, campaign: str, asked: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="face-") as directory,
        Standin.start(retry_delays=[]) as standin,
    ):
        top = Path(directory)
        store = Store(top / "store")
        store.root.initialise()
        link(source.root.path / campaign, store.root.path / CAMPAIGN)
        (top / "campaigns.toml").write_text(RULES)
        (top / "tmp").mkdir()
        environ = environment(
            standin, store.root.path, COLLAGEN_CAMPAIGNS=str(top / "campaigns.toml"), TMPDIR=str(top / "tmp")
        )
        with Service(environ, workers=WORKERS) as service:
            built_collage(service, CAMPAIGN)
            crowd = Crowd(service, asked.clients)
            known = {"If-None-Match": crowd.tag()}
            crowd.ask(lambda at: USUAL, 20 * asked.clients, 200)  # each worker has done everything once
            show_rate_heading("requests")
            show_rate("640 pixels, whole", crowd.ask(lambda at: USUAL, asked.requests, 200))
            show_rate("640 pixels, 304", crowd.ask(lambda at: USUAL, asked.requests, 304, known))
            show_rate(
                "a new width each",
                crowd.ask(lambda at: f"/c/{CAMPAIGN}/collage.jpg?width={100 + at}", asked.widths, 200),
            )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/face", description=__doc__)
    parser.add_argument("--photos", type=int, default=999, metavar="N", help="in the collage (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=20, metavar="N", help="at the same time (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=10_000, metavar="N", help="of a kind (default: %(default)s)")
    parser.add_argument("--widths", type=int, default=1_000, metavar="N", help="that are new (default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {WORKERS} workers, {asked.clients} clients, a collage of {asked.photos} photos\n")
    run(*pictures.campaign(asked.cache, asked.photos), asked)


if __name__ == "__main__":
    main()
