"""A client that sends requests to a running gunicorn one at a time and times each."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import defaultdict
from typing import Any

import requests
import urllib3

from scripts.bench.measure import tree
from scripts.sandbox.service import Service
from scripts.sandbox.standin.client import Standin

WORKERS = 4  # of gunicorn
PAUSE = 0.01  # seconds after each request
KEPT = 2.5  # seconds after which gunicorn has closed an idle connection
Times = dict[str, list[float]]  # seconds by kind


def built_collage(service: Service, campaign: str) -> requests.Response:
    """Builds a collage and waits for it. Ends the measurement if that fails."""
    answer = service.build(campaign, wait=300)
    if answer.status_code != 201:
        raise SystemExit(f"A build was answered {answer.status_code}: {answer.text[:200]}")
    return answer


class Client:
    """One kept connection for requests, and the stand-in for approvals."""

    def __init__(self, service: Service, standin: Standin, people: list[bytes]) -> None:
        self._service, self._standin, self._people = service, standin, people
        self._http = urllib3.connection_from_url(service.url, maxsize=1)
        self._arrived = 0

    def warm_up(self) -> None:
        """Approves a photo in every worker, which starts its decoder and exiftool.

        One worker could otherwise accept every connection, so the others are paused meanwhile.
        """
        self._standin.settings(at_once=1)
        while len(workers := self._workers()) < WORKERS:
            time.sleep(0.1)
        for worker, photo in zip(workers, self._upload(WORKERS), strict=True):
            time.sleep(KEPT)
            others = [other for other in workers if other != worker]
            try:
                for other in others:
                    os.kill(other, signal.SIGSTOP)
                self._standin.approve(photo)
                self._standin.wait_idle(60)
            finally:
                for other in others:
                    os.kill(other, signal.SIGCONT)
        if len(tree(self._service.process.pid)) < 1 + 3 * WORKERS:
            raise SystemExit("A worker has not started its decoder and exiftool.")

    def _workers(self) -> list[int]:
        found = (re.search(r"Booting worker with pid: (\d+)", line) for line in self._service.log)
        return [int(one[1]) for one in found if one]

    def ask(self, times: int) -> Times:
        """Sends so many requests of each kind, in turns."""
        photos = self._upload(times)
        told, taken = len(self._standin.deliveries()), defaultdict(list)
        for photo in photos:
            for kind, path in (("health", "/health"), ("static", "/static/page.css")):
                began = time.monotonic()
                answer = self._http.request("GET", path, retries=False)
                taken[kind].append(time.monotonic() - began)
                if answer.status != 200:
                    raise SystemExit(f"{path} answered {answer.status}: {answer.data[:200]!r}")
                time.sleep(PAUSE)
            self._standin.approve(photo)
            self._standin.wait_idle(60)
            time.sleep(PAUSE)
        for delivery in self._standin.deliveries()[told:]:
            if delivery["status"] != 200 or json.loads(delivery["body"])["status"] != "stored":
                raise SystemExit(f"An approval was answered {delivery['status']}: {delivery['body'][:200]}")
            taken["approval"].append(delivery["seconds"])
        return taken

    def _upload(self, many: int) -> list[str]:
        """Uploads new photos that await moderation."""
        names = [f"late{number}" for number in range(self._arrived, self._arrived + many)]
        self._arrived += many
        for at, person in enumerate(self._people):
            photos: list[dict[str, Any]] = [
                {"public_id": name, "asset_folder": "sayno", "status": "pending", "notify": False}
                for name in names[at :: len(self._people)]
            ]
            if photos:
                self._standin.upload_many(person, photos)
        return names
