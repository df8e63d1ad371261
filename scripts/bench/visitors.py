"""Visitors of a site: requests at a fixed rate, at times set in advance, whatever the answers.

Runs as its own process: clients that wait for a turn in the measuring process would hide how long they waited. Reads
one URL a line, and requests them in turn; prints one JSON object. Each client has a loopback address of its own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import ssl
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

CLIENTS = 24  # connections, kept open as mail providers' image proxies keep theirs
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Visitors:
    """`rate`: requests a second in total, for so many `seconds`. A request's time counts from when it was due."""

    def __init__(self, urls: list[str], trusted: str, rate: float, seconds: float) -> None:
        self._urls, self._rate, self._total = urls, rate, int(rate * seconds)
        self._context = ssl.create_default_context(cafile=trusted)
        self._turns = itertools.count()
        self._lock = threading.Lock()
        self.taken: list[float] = []
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        self._began = time.monotonic() + 0.5
        threads = [threading.Thread(target=self._visit, args=(f"127.0.1.{number + 1}",)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _visit(self, own: str) -> None:
        connection: HTTPSConnection | None = None
        while (turn := next(self._turns)) < self._total:
            url = urlsplit(self._urls[turn % len(self._urls)])
            due = self._began + turn / self._rate
            time.sleep(max(0.0, due - time.monotonic()))
            connection = connection or HTTPSConnection(
                url.netloc, timeout=30, context=self._context, source_address=(own, 0)
            )
            try:
                connection.request("GET", f"{url.path}?{url.query}".rstrip("?"), headers={"User-Agent": AGENT})
                answer = connection.getresponse()
                answer.read()  # raises IncompleteRead if it ends early
                said = f"{answer.status}"
            except (OSError, HTTPException) as error:
                said = type(error).__name__
                connection.close()
                connection = None
            with self._lock:
                self.taken.append(time.monotonic() - due)
                self.answers[said] += 1
        if connection:
            connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trusted", required=True, help="the server's certificate")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    visitors = Visitors(sys.stdin.read().split(), asked.trusted, asked.rate, asked.seconds)
    visitors.run()
    json.dump({"taken": visitors.taken, "answers": visitors.answers}, sys.stdout)


if __name__ == "__main__":
    main()
