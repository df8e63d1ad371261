"""`Day`: a running campaign behind nginx, and everybody who uses it at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.bench.measure import pss, tree
from scripts.bench.neighbours import CAMPAIGN
from scripts.sandbox.demo.supporters import send_photo
from scripts.sandbox.nginx import Nginx
from scripts.sandbox.people import portrait
from scripts.sandbox.service import Service
from scripts.sandbox.standin.client import Standin

SHOWN = "sayno"  # the campaign that is public, whose mails are opened, and where photos arrive
KEY = "a key for nothing but measurements"
PEOPLE = 12  # distinct pictures that arrive
MOST_FORMS = 50  # from one address, before the service asks it to wait
QUIET = 5.0  # seconds of silence before memory is read


@dataclass(frozen=True)
class Pace:
    """How much there is: approvals and forms a minute, mails opened and public pages loaded a second."""

    approvals: float
    forms: float
    mails: float
    pages: float


@dataclass
class Answers:
    """`taken`: seconds of each request. `said`: how often each answer came; "200" is a good one."""

    taken: list[float]
    said: Counter[str]

    @property
    def failed(self) -> int:
        return self.said.total() - self.said["200"]


class From(HTTPAdapter):
    """Connections from one of this machine's loopback addresses."""

    def __init__(self, own: str) -> None:
        self._own = own
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, source_address=(self._own, 0))


class Day:
    """`start`: starts the service, once more for the upgrade; its socket stays open meanwhile, as under systemd."""

    def __init__(self, start: Callable[[], Service], nginx: Nginx, standin: Standin, store: Store, pace: Pace) -> None:
        self.service = start()
        self._start, self._nginx, self._standin, self._store, self._pace = start, nginx, standin, store, pace
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            self._people = list(pool.map(portrait, range(PEOPLE)))
        self.approved = self.sent = 0
        self.logs: list[str] = []  # of services that have ended

    def run(self, seconds: float, *, eventful: bool = True) -> tuple[dict[str, Answers], tuple[int, int, float]]:
        """Everybody for so many seconds. Eventful: a collage is built, the service reloaded, then upgraded.

        Returns the answers by kind; and of the collage its status, its people and its seconds.
        """
        heard, forms = len(self._standin.deliveries()), Answers([], Counter())
        built: list[tuple[int, int, float]] = [(0, 0, 0.0)]
        work: list[Callable[[], None]] = [lambda: self._approve(seconds), lambda: self._join(seconds, forms)]
        if eventful:
            work += [lambda: built.insert(0, self._build(seconds * 0.2))]
            work += [lambda: self._reload(seconds * 0.4), lambda: self._upgrade(seconds * 0.6)]
        with ThreadPoolExecutor(len(work)) as pool:
            mails = self._visit(self._mails(), self._pace.mails, seconds)
            pages = self._visit(self._pages(), self._pace.pages, seconds)
            at_work = [pool.submit(one) for one in work]
            opened, seen = (_answers(one) for one in (mails, pages))
            for one in at_work:
                one.result()
        webhooks = outcomes(self._standin.deliveries()[heard:])
        kinds = {"webhooks": webhooks, "images in mails": opened, "public page": seen, "forms with a photo": forms}
        return kinds, built[0]

    def memory(self) -> int:
        """Bytes (PSS) of gunicorn and its children, after a moment of silence."""
        time.sleep(QUIET)
        return sum(pss(number) for number in tree(self.service.process.pid))

    def opens(self) -> int:
        return sum(1 for _ in self._store.opens.read(SHOWN))

    def _approve(self, seconds: float) -> None:
        many = int(self._pace.approvals * seconds / 60)
        names = [f"late{number}" for number in range(self.approved, self.approved + many)]
        self.approved += many
        for at, person in enumerate(self._people):
            waiting = {"asset_folder": SHOWN, "status": "pending", "notify": False}
            self._standin.upload_many(person, [{"public_id": name} | waiting for name in names[at::PEOPLE]])
        began = time.monotonic()
        for number, name in enumerate(names):
            time.sleep(max(0.0, began + number * 60 / self._pace.approvals - time.monotonic()))
            self._standin.approve(name)
        self._standin.wait_idle(120)

    def _join(self, seconds: float, answers: Answers) -> None:
        began = time.monotonic()
        for number in range(int(self._pace.forms * seconds / 60)):
            due = began + number * 60 / self._pace.forms
            time.sleep(max(0.0, due - time.monotonic()))
            browser = requests.Session()
            browser.verify, browser.trust_env = str(self._nginx.ca), False
            browser.mount("https://", From(f"127.0.2.{1 + self.sent // MOST_FORMS}"))
            with browser:
                person = self._people[number % PEOPLE]
                sent = send_photo(browser, f"{self._nginx.url}/c/{SHOWN}/join", person, f"a{self.sent}@example.org")
            self.sent += 1
            answers.taken.append(time.monotonic() - due)
            answers.said[f"{sent.status_code}"] += 1

    def _mails(self) -> list[str]:
        tokens, people = Tokens([KEY]), self._store.photos.all(SHOWN)[:200]
        images = (tokens.image(Claims(SHOWN, "0001", one.public_id)) for one in people)
        return [f"{self._nginx.url}/track/{image}/collage.jpg" for image in images]

    def _pages(self) -> list[str]:
        """What a viral page is asked for: mostly the page with its picture, also by other websites."""
        page = f"{self._nginx.url}/c/{SHOWN}"
        style, wall = f"{page}/style.css", f"{self._nginx.url}/wall/{SHOWN}/0001"
        pictures = [f"{page}/collage.jpg?width={width}" for width in (320, 640, 1280)]
        return [page, style, pictures[0], page, style, pictures[1], page, style, pictures[2], f"{page}.json", wall]

    def _visit(self, addresses: list[str], rate: float, seconds: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "scripts.bench.visitors", "--trusted", str(self._nginx.ca)]
        started = subprocess.Popen(
            [*command, "--rate", str(rate), "--seconds", str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert started.stdin is not None
        started.stdin.write("\n".join(addresses))
        started.stdin.close()
        return started

    def _build(self, after: float) -> tuple[int, int, float]:
        time.sleep(after)
        began = time.monotonic()
        answer = self.service.admin.post(
            f"{self._nginx.url}/admin/campaigns/{CAMPAIGN}/collages",
            json={},
            headers={"Prefer": "wait=200"},
            verify=str(self._nginx.ca),
        )
        if answer.status_code != 201:
            print(f"The build was answered: {answer.text[:200]}", file=sys.stderr)
        people = len(answer.json()["tiles"]) if answer.status_code == 201 else 0
        return answer.status_code, people, time.monotonic() - began

    def _reload(self, after: float) -> None:
        time.sleep(after)
        self.service.process.send_signal(signal.SIGHUP)

    def _upgrade(self, after: float) -> None:
        time.sleep(after)
        self.service.stop()
        self.logs += self.service.log
        self.service = self._start()


def outcomes(deliveries: list[dict[str, Any]]) -> Answers:
    """Of each notification; an approval whose photo was not stored counts as a failure."""
    said: Counter[str] = Counter()
    for one in deliveries:
        approval = one["type"] == "moderation"
        good = one["status"] == 200 and (not approval or json.loads(one["body"])["status"] == "stored")
        said["200" if good else f"{one['status']} {one['body'][:80]}"] += 1
    return Answers([one["seconds"] for one in deliveries], said)


def _answers(visitors: subprocess.Popen[str]) -> Answers:
    assert visitors.stdout is not None
    with visitors.stdout as output:
        said = json.load(output)
    if visitors.wait():
        raise SystemExit("The visitors failed.")
    return Answers(said["taken"], Counter(said["answers"]))
