"""Sends more notifications than two workers can handle, and measures how long other requests wait meanwhile.

First, approvals of many photos while Cloudinary is slow; then many notifications about one photo. A sender that gets no
answer within half a minute hangs up, and one that is not answered 200 tries again, as Cloudinary does but sooner.
Meanwhile /health and the picture in a mail are requested again and again.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.bench.measure import percentile
from scripts.sandbox.samples import person, prepared
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built

KEY = "a key that is only good for a benchmark"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Senders:
    """Sends notifications all at once, each until it is answered 200."""

    def __init__(self, service: Service, standin: Standin, again: float) -> None:
        self._service, self._standin, self._again = service, standin, again

    def send(self, payloads: list[dict[str, Any]]) -> Counter[str]:
        """Sends them and counts the answers by status."""
        self.answers: Counter[str] = Counter()
        with ThreadPoolExecutor(len(payloads)) as pool:
            list(pool.map(self._send, payloads))
        return self.answers

    def _send(self, payload: dict[str, Any]) -> None:
        body = json.dumps(payload).encode()
        while True:
            stamp = str(int(time.time()))
            signature = signatures.of_notification(body, stamp, self._standin.secret)
            headers = {"X-Cld-Timestamp": stamp, "X-Cld-Signature": signature, "Content-Type": "application/json"}
            try:
                status = str(requests.post(self._service.webhook, data=body, headers=headers, timeout=30).status_code)
            except requests.RequestException:
                status = "none within 30 s"
            self.answers[status] += 1
            if status == "200":
                return
            time.sleep(self._again)


class Others:
    """Other clients, which send ten requests a second each meanwhile."""

    def __init__(self, places: dict[str, str]) -> None:
        self.taken: dict[str, list[float]] = {what: [] for what in places}
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=one) for one in places.items()]

    def __enter__(self) -> Others:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, what: str, url: str) -> None:
        while not self._end.wait(0.1):
            began = time.monotonic()
            answer = requests.get(url, headers={"User-Agent": AGENT}, timeout=600)
            self.taken[what].append(time.monotonic() - began)
            if answer.status_code != 200:
                raise SystemExit(f"{what} was answered {answer.status_code}.")

    def show(self) -> None:
        for what, taken in self.taken.items():
            parts = "".join(f"{1000 * percentile(taken, p):>10.0f}" for p in (50, 95, 99))
            print(f"  {what:<24}{parts}{1000 * max(taken):>10.0f}{len(taken):>8}")


def approvals(standin: Standin, number: int) -> list[dict[str, Any]]:
    """The notifications that approve so many photos, not sent yet."""
    for index in range(number):
        standin.upload(person(index % 12), f"flood/{index}", folder="sayno", email=f"p{index}@example.org")
        standin.approve(f"flood/{index}")
    return [one["payload"] for one in standin.notifications() if one["type"] == "moderation"]


def flood(title: str, senders: Senders, standin: Standin, payloads: list[dict[str, Any]], others: Others) -> None:
    calls, began = len(standin.calls("api")), time.monotonic()
    with others:
        answers = senders.send(payloads)
    said = ", ".join(f"{number} × {answer}" for answer, number in sorted(answers.items()))
    print(f"{title}: {time.monotonic() - began:.1f} s until all were answered 200 ({said});", end=" ")
    print(f"{len(standin.calls('api')) - calls} Admin API calls")
    others.show()


def run(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="flood-") as directory, Standin.start(retry_delays=[]) as standin:
        store = Store(Path(directory) / "store")
        store.root.initialise()
        for number in range(6):
            made = prepared(number)
            store.photos.put("other", f"p{number}", made.archive, made.intermediate, 1_700_000_000 + number, 1)
        built(store, "other", duplicates=True)
        token = Tokens([KEY]).image(Claims("other", "0001", "p0"))
        with Service(environment(standin, store.root.path, COLLAGEN_SECRET_KEY=KEY), workers=2) as service:
            places = {
                "/health": f"{service.url}/health",
                "picture of a mail": f"{service.url}/track/{token}/collage.jpg",
            }
            senders = Senders(service, standin, asked.again)
            many = approvals(standin, asked.photos)
            print(f"{'':<26}{'p50 ms':>10}{'p95':>10}{'p99':>10}{'longest':>10}{'asked':>8}")
            standin.faults("api", "delay", times=None, seconds=asked.seconds)
            flood(
                f"{asked.photos} photos, Cloudinary after {asked.seconds:g} s", senders, standin, many, Others(places)
            )
            stored = store.photos.count("sayno")
            if stored != asked.photos:
                raise SystemExit(f"{stored} of {asked.photos} photos are stored.")
            standin.clear_faults()
            standin.faults("api", "delay", times=None, seconds=0.3)
            standin.reject("flood/0")
            one = standin.notifications()[-1]["payload"]
            flood(f"{asked.same} about one photo", senders, standin, [one] * asked.same, Others(places))


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/flood", description=__doc__)
    parser.add_argument("--photos", type=int, default=200, metavar="N", help="(default: %(default)s)")
    parser.add_argument(
        "--same", type=int, default=500, metavar="N", help="notifications about one photo (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=9.5, metavar="S", help="Cloudinary's delay (default: %(default)s)"
    )
    parser.add_argument(
        "--again", type=float, default=20, metavar="S", help="until a sender tries again (default: %(default)s)"
    )
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, 2 workers\n")
    run(asked)


if __name__ == "__main__":
    main()
