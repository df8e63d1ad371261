"""Requests pictures in mails from a running gunicorn, each recorded as an open: idle, and while collages are built.

Clients keep their connections and ask first as fast as answers come, which shows the highest rate; then with pauses, as
in the hour after a mailing, which shows how long one person waits. The clients share the cores with the service. Every
open must be in the log afterwards.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.bench import pictures
from scripts.bench.client import WORKERS, built_collage
from scripts.bench.measure import percentile, show_rate, show_rate_heading
from scripts.bench.neighbours import CAMPAIGN, building, link
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

SHOWN = "sayno"  # of scripts.sandbox.service: the campaign whose mails are opened; collages are built from another
KEY = "a key for nothing but measurements"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Crowd:
    """So many clients of a service, each with their own person's mail."""

    def __init__(self, service: Service, store: Store, clients: int) -> None:
        tokens, self._store = Tokens([KEY]), store
        self._netloc = urlsplit(service.url).netloc
        people = store.photos.all(SHOWN)[:clients]
        self._paths = [f"/track/{tokens.image(Claims(SHOWN, '0001', one.public_id))}/collage.jpg" for one in people]
        self._picture = store.collages.file(SHOWN, "0001", "collage-1024.jpg").read_bytes()

    def ask(self, times: int, pause: float = 0.0) -> tuple[float, list[float]]:
        """Requests so many pictures: seconds until the last, and seconds of each. `pause`: a client's, after each."""
        recorded, began = self._recorded(), time.monotonic()
        with ThreadPoolExecutor(len(self._paths)) as pool:
            parts = list(pool.map(lambda path: self._fetch(path, times // len(self._paths), pause), self._paths))
        seconds, taken = time.monotonic() - began, [one for part in parts for one in part]
        if (found := self._recorded() - recorded) != len(taken):
            raise SystemExit(f"{len(taken)} pictures were served, and {found} opens recorded.")
        return seconds, taken

    def _fetch(self, path: str, times: int, pause: float) -> list[float]:
        connection, taken = HTTPConnection(self._netloc, timeout=60), []
        for _ in range(times):
            began = time.monotonic()
            connection.request("GET", path, headers={"User-Agent": AGENT})
            answer = connection.getresponse()
            whole = answer.read() == self._picture
            taken.append(time.monotonic() - began)
            if answer.status != 200 or not whole:
                raise SystemExit(f"A picture was answered {answer.status}.")
            time.sleep(pause)
        connection.close()
        return taken

    def _recorded(self) -> int:
        return sum(1 for _ in self._store.opens.read(SHOWN))


def run(source: Store, campaign: str, asked: argparse.Namespace) -> None:
    # beside the cache: in /tmp, which may be in memory, a file cannot be linked, and fsync costs nothing
    with (
        tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="track-") as directory,
        Standin.start(retry_delays=[]) as standin,
    ):
        store = Store(Path(directory) / "store")
        store.root.initialise()
        for name in (CAMPAIGN, SHOWN):
            link(source.root.path / campaign, store.root.path / name)
        environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
        with Service(environ, workers=WORKERS) as service:
            built_collage(service, SHOWN)
            crowd = Crowd(service, store, asked.clients)
            crowd.ask(20 * asked.clients)  # each worker has done everything once
            pause = asked.clients / asked.rate
            show_rate_heading("pictures")
            show_rate("idle, as fast as they come", crowd.ask(asked.pictures))
            show_rate(f"idle, {asked.rate} a second", crowd.ask(asked.samples, pause))
            with building(store, service) as builds:
                show_rate("while building, as fast", crowd.ask(asked.pictures))
                show_rate(f"while building, {asked.rate} a second", crowd.ask(asked.samples, pause))
            print(f"\n{len(builds)} builds meanwhile, of {percentile(builds, 50):.2f} s (median); no open was lost")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/track", description=__doc__)
    parser.add_argument(
        "--photos", type=int, default=999, metavar="N", help="photos in the collages (default: %(default)s)"
    )
    parser.add_argument("--clients", type=int, default=20, metavar="N", help="at the same time (default: %(default)s)")
    parser.add_argument(
        "--pictures", type=int, default=10_000, metavar="N", help="as fast as possible (default: %(default)s)"
    )
    parser.add_argument("--samples", type=int, default=2_000, metavar="N", help="with pauses (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=100, metavar="N", help="a second, with pauses (%(default)s)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {WORKERS} workers, {asked.clients} clients, collages of {asked.photos} photos\n")
    run(*pictures.campaign(asked.cache, asked.photos), asked)


if __name__ == "__main__":
    main()
