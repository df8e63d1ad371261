"""A busy day through nginx over TLS: photos are approved, mails opened, a collage is built, the service reloaded.

Everything runs at once for some minutes, each at its own pace: the stand-in for Cloudinary answers every call late and
sends its notifications to nginx; supporters load the picture in their mails; half-way a collage is built and gunicorn
is told to reload. All of them share the machine's cores, the load generators included. Memory is the sum of PSS of
gunicorn and its children, taken before and after, once everything is warm and idle.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.bench import pictures
from scripts.bench.client import built_collage
from scripts.bench.measure import percentile, pss, tree
from scripts.bench.neighbours import CAMPAIGN, link
from scripts.sandbox.nginx import Nginx, free_ports
from scripts.sandbox.people import portrait
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

SHOWN = "sayno"  # of scripts.sandbox.service: the campaign whose mails are opened, and where photos arrive
KEY = "a key for nothing but measurements"
PEOPLE = 12  # distinct pictures that arrive
WARM = 60.0  # seconds of the same load before measuring starts
QUIET = 5.0  # seconds of silence before memory is read


@contextlib.contextmanager
def trusting(certificate: Path) -> Iterator[None]:
    """Processes started meanwhile trust the certificate."""
    os.environ["SSL_CERT_FILE"] = str(certificate)
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]


class Day:
    """One running service behind nginx, and all its clients."""

    def __init__(self, service: Service, nginx: Nginx, standin: Standin, store: Store, delay: float) -> None:
        self._service, self._nginx, self._standin, self._store = service, nginx, standin, store
        tokens, people = Tokens([KEY]), store.photos.all(SHOWN)[:200]
        self._addresses = [
            f"{nginx.url}/track/{tokens.image(Claims(SHOWN, '0001', one.public_id))}/collage.jpg" for one in people
        ]
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            self._people = list(pool.map(portrait, range(PEOPLE)))
        self._arrived = 0
        standin.settings(at_once=16)
        for call in ("api", "delivery"):
            standin.faults(call, "delay", seconds=delay, times=None)

    def approve(self, a_minute: float, seconds: float) -> None:
        """Approves photos at this pace, whatever happens to them."""
        many = int(a_minute * seconds / 60)
        names = [f"late{number}" for number in range(self._arrived, self._arrived + many)]
        self._arrived += many
        for at, person in enumerate(self._people):
            waiting = {"asset_folder": SHOWN, "status": "pending", "notify": False}
            self._standin.upload_many(person, [{"public_id": name} | waiting for name in names[at::PEOPLE]])
        began = time.monotonic()
        for number, name in enumerate(names):
            time.sleep(max(0.0, began + number * 60 / a_minute - time.monotonic()))
            self._standin.approve(name)
        self._standin.wait_idle(120)

    def open(self, rate: float, seconds: float) -> dict[str, Any]:
        """Opens mails at this pace; returns what `openers` reports."""
        command = [sys.executable, "-m", "scripts.bench.openers", "--trusted", str(self._nginx.ca)]
        ended = subprocess.run(
            [*command, "--rate", str(rate), "--seconds", str(seconds)],
            input="\n".join(self._addresses),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        said: dict[str, Any] = json.loads(ended.stdout)
        return said

    def run(self, asked: argparse.Namespace, seconds: float, middle: list[Any] | None = None) -> dict[str, Any]:
        """Runs the load for so many seconds; `middle`, if given, receives the results of the build and the reload."""
        threads = [threading.Thread(target=self.approve, args=(asked.approvals, seconds))]
        if middle is not None:
            threads += [threading.Thread(target=self._build, args=(seconds * 0.25, middle))]
            threads += [threading.Thread(target=self._reload, args=(seconds * 0.5,))]
        for thread in threads:
            thread.start()
        opened = self.open(asked.images, seconds)
        for thread in threads:
            thread.join()
        return opened

    def _build(self, after: float, results: list[Any]) -> None:
        time.sleep(after)
        began = time.monotonic()
        answer = self._service.admin.post(
            f"{self._nginx.url}/admin/campaigns/{CAMPAIGN}/collages",
            json={},
            headers={"Prefer": "wait=200"},
            verify=str(self._nginx.ca),
        )
        people = len(answer.json()["tiles"]) if answer.status_code == 201 else 0
        results.append((answer.status_code, people, time.monotonic() - began))

    def _reload(self, after: float) -> None:
        time.sleep(after)
        self._service.process.send_signal(signal.SIGHUP)

    def memory(self) -> int:
        time.sleep(QUIET)
        return sum(pss(number) for number in tree(self._service.process.pid))

    def recorded(self) -> int:
        return sum(1 for _ in self._store.opens.read(SHOWN))


def row(name: str, taken: list[float], answers: Counter[str], seconds: float) -> None:
    parts = "".join(f"{1000 * percentile(taken, part):>8.0f}" for part in (50, 95, 99))
    bad = sum(answers.values()) - answers["200"]
    print(f"{name:<22}{len(taken):>8}{len(taken) / seconds:>10.1f}{parts}{1000 * max(taken):>9.0f}{bad:>8}")
    if bad:
        print(f"{'':<22}{dict(answers)}")


def run(source: Store, campaign: str, asked: argparse.Namespace) -> None:
    # beside the cache: in /tmp, which may be in memory, a file cannot be linked, and fsync costs nothing
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="load-")))
        store = Store(directory / "store")
        store.root.initialise()
        for name in (CAMPAIGN, SHOWN):
            link(source.root.path / campaign, store.root.path / name)
        port = free_ports(1)[0]
        nginx = stack.enter_context(Nginx(port, store.root.path, directory / "nginx"))
        stack.enter_context(trusting(nginx.ca))
        standin = stack.enter_context(Standin.start(retry_delays=[]))
        environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY)
        service = stack.enter_context(Service(environ, workers=asked.workers, bind=f"127.0.0.1:{port}"))
        standin.notify(f"{nginx.url}/webhook/cloudinary")
        built_collage(service, SHOWN)
        day = Day(service, nginx, standin, store, asked.delay / 1000)
        day.run(asked, WARM)
        before, told, opens = day.memory(), len(standin.deliveries()), day.recorded()
        built: list[Any] = []
        opened = day.run(asked, asked.minutes * 60, built)
        deliveries, recorded, after = standin.deliveries()[told:], day.recorded() - opens, day.memory()
        seconds = asked.minutes * 60
        print(
            f"{'milliseconds':<22}{'requests':>8}{'a second':>10}"
            f"{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}{'failed':>8}"
        )
        row("approving webhooks", [one["seconds"] for one in deliveries], outcomes(deliveries), seconds)
        row("images in mails", opened["taken"], Counter(opened["answers"]), seconds)
        print(f"\nopens recorded: {recorded}")
        for status, people, took in built:
            print(f"collage meanwhile: answered {status}, {people} people, {took:.1f} s")
        print(f"reload (SIGHUP) after {seconds / 2:.0f} s: its requests are among the above")
        print(f"memory (PSS), warm and quiet: {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after")


def outcomes(deliveries: list[dict[str, Any]]) -> Counter[str]:
    """Status of each notification; one whose photo was not stored also counts as a failure."""
    said: Counter[str] = Counter()
    for one in deliveries:
        stored = one["status"] == 200 and json.loads(one["body"])["status"] == "stored"
        said["200" if stored else f"{one['status']} {one['body'][:80]}"] += 1
    return said


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="(default: %(default)s)")
    parser.add_argument(
        "--approvals", type=float, default=200, metavar="N", help="approvals a minute (default: %(default)s)"
    )
    parser.add_argument(
        "--images", type=float, default=200, metavar="N", help="mails opened a second (default: %(default)s)"
    )
    parser.add_argument(
        "--delay", type=float, default=300, metavar="MS", help="Cloudinary's delay (default: %(default)s)"
    )
    parser.add_argument(
        "--photos", type=int, default=999, metavar="N", help="photos in the collages (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, default=None, metavar="N", help="(default: as deploy/ chooses)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, collages of {asked.photos} photos, Cloudinary answers after {asked.delay:.0f} ms\n")
    run(*pictures.campaign(asked.cache, asked.photos), asked)


if __name__ == "__main__":
    main()
