"""Kills workers while they empty a queue; nothing may be lost. `./scripts/queue-test` runs it.

Meanwhile photos are approved, rejected, moved, overwritten, renamed and deleted; Cloudinary's notifications reach the
queue twice and in random order, some of them with no chance to succeed. A tenth of Cloudinary's calls fail. Messages
that fail too often end in the dead-letter queue and are redriven once Cloudinary works again. Messages that a killed
worker was handling stay invisible for a minute, like those that the queue still hands to its last receive.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox import mirror
from scripts.sandbox.awsserver.client import AwsServer, Notification, TestQueue
from scripts.sandbox.kills.workers import Workers
from scripts.sandbox.kills.workplace import workplace
from scripts.sandbox.people import portrait
from scripts.sandbox.service import GIVEN_AWAY, ROOT, environment
from scripts.sandbox.standin.client import Standin

PEOPLE = 6
FOLDERS = ("sayno", "sayno", "other", "test_prototype", "holidays")  # the last one is no campaign's
FAILING = 0.1  # of Cloudinary's calls
DOUBLED = 0.2  # of the notifications
NEVER = 0.01  # of them, as many as can never succeed
RECEIVES = 3
ROUNDS = 8  # in which notifications are sent; half of each waits for the next one
NAME, END = re.compile(r"\b[0-9a-f]{16}\b"), re.compile(r": (stored|removed|unchanged|ignored|Dropped) ?")


class Show:
    """One run. `sent`: all messages by request ID; `permanent`: those that can never succeed."""

    def __init__(self, standin: Standin, aws: AwsServer, directory: Path, seed: int, photos: int) -> None:
        self._standin, self._directory = standin, directory
        self._chance = random.Random(seed)
        self._people = [portrait(number) for number in range(PEOPLE)]
        self._photos = [f"p/{number}" for number in range(photos)]
        self.store = Store(directory / "store")
        self.store.root.initialise()
        self.queue: TestQueue = aws.queue(RECEIVES)
        self._environ = os.environ | environment(standin, self.store.root.path) | aws.environment
        self.workers = Workers(["--queue", self.queue.url], self._environ, self.queue, directory, self._chance)
        self._told = 0  # how many of the stand-in's notifications were read
        self._waiting: list[Notification] = []
        self.sent: dict[str, Notification] = {}
        self.permanent: set[str] = set()
        self.doubles = 0
        self.tried = 0.0  # when every remaining message had been tried once, by the monotonic clock

    # Cloudinary

    def change(self, notifications: int) -> None:
        """Changes photos until Cloudinary has sent so many notifications in total."""
        while len(told := self._standin.notifications(since=self._told)) + self._told < notifications:
            for _ in range(min(20, notifications - len(told) - self._told)):
                self._change_one()

    def _change_one(self) -> None:
        public_id = self._chance.choice(self._photos)
        if public_id not in self._standin.state()["assets"]:
            folder, email = self._chance.choice(FOLDERS), f"p{self._chance.randrange(10**6)}@example.org"
            self._standin.upload(self._chance.choice(self._people), public_id, folder=folder, email=email)
            return
        change = self._chance.choices(
            ("approved", "rejected", "move", "email", "overwrite", "delete"), (10, 3, 2, 2, 2, 1)
        )[0]
        if change in ("approved", "rejected"):
            self._standin.moderate(public_id, change)
        elif change == "move":
            self._standin.move(public_id, self._chance.choice(FOLDERS))
        elif change == "email":
            self._standin.set_email(public_id, f"n{self._chance.randrange(10**6)}@example.org")
        elif change == "overwrite":
            self._standin.overwrite(public_id, self._chance.choice(self._people))
        else:
            self._standin.delete(public_id)

    # The gateway

    def send(self, *, everything: bool) -> None:
        """Sends the new notifications, twice and shuffled; some wait until the next time."""
        told = self._standin.notifications(since=self._told)
        self._told += len(told)
        for one in told:
            copies = 2 if self._chance.random() < DOUBLED else 1
            self.doubles += copies - 1
            for _ in range(copies):
                self._add(Notification.signed(one["payload"], self._standin.secret, request_id=self._new_id()))
            if self._chance.random() < NEVER:
                self._add_permanent()
        self._chance.shuffle(self._waiting)
        now = len(self._waiting) if everything else len(self._waiting) // 2
        self.queue.send(*self._waiting[:now])
        del self._waiting[:now]

    def _add_permanent(self) -> None:
        request_id = self._new_id()
        self.permanent.add(request_id)
        kind = len(self.permanent) % 3
        body = (
            {"notification_type": "moderation", "moderation_status": "approved", "public_id": "p/1"},
            {"notification_type": "upload", "public_id": "../p/1"},
            "this is no JSON",
        )[kind]
        self._add(Notification.signed(body, self._standin.secret if kind else "guessed", request_id=request_id))

    def _new_id(self) -> str:
        return f"{self._chance.randrange(16**16):016x}"

    def _add(self, notification: Notification) -> None:
        self.sent[notification.request_id] = notification
        self._waiting.append(notification)

    # Workers

    def empty(self, kill_every: float | None) -> None:
        """As `Workers.empty`; notes when every message was tried."""

        def may_kill(waiting: int) -> bool:
            if waiting == 0:
                self.tried = self.tried or time.monotonic()
            return True

        self.workers.empty(kill_every, may_kill)

    def redrive(self) -> int:
        """How many messages `--redrive` reports."""
        command = [sys.executable, "-m", "app", "worker", "--queue", self.queue.url, "--redrive"]
        done = subprocess.run(command, cwd=ROOT, env=self._environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[0])

    # What must be true

    def check(self) -> Counter[str]:
        """How many messages ended in which way. Raises AssertionError."""
        exiftool = ExifTool()
        held, expected = mirror.held(self.store, exiftool), mirror.expected(self._standin)
        exiftool.close()
        assert held == expected, set(held.items()) ^ set(expected.items())
        assert (self.queue.counts(), self.workers.dead()) == ((0, 0), 0)
        ended: dict[str, str] = {}
        for log in self.workers.logs():
            assert not GIVEN_AWAY.search(log), GIVEN_AWAY.search(log)
            for line in log.splitlines():
                name, end = NAME.search(line), END.search(line)
                if name and end and ("app.queue." in line or "app.services.intake" in line):
                    ended[name[0]] = end[1]
        assert set(ended) == set(self.sent), "the logs show an outcome for every message, and for nothing else"
        assert {name for name, word in ended.items() if word == "Dropped"} == self.permanent
        self.store.sweep()
        assert mirror.leftovers(self.store) == []
        return Counter(ended.values()) | Counter(photos=len(held))


def main() -> None:
    parser = argparse.ArgumentParser(prog="./scripts/queue-test", description=__doc__.partition("\n")[0])
    parser.add_argument("--notifications", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=5, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="do not remove the store and the logs at the end")
    given = parser.parse_args()
    with workplace("queue-test-", keep=given.keep) as directory:
        with Standin.start() as standin, AwsServer() as aws:
            show = Show(standin, aws, directory, given.seed, max(1, given.notifications // 8))
            for seed, call in enumerate(("api", "delivery")):
                standin.faults(call, "status", status=503, probability=FAILING, seed=given.seed + seed)
            show.change(given.notifications // ROUNDS)
            show.send(everything=False)
            began = last = time.monotonic()
            for _ in range(given.workers):
                show.workers.start()
            for number in range(2, ROUNDS + 1):
                show.change(given.notifications * number // ROUNDS)
                show.send(everything=number == ROUNDS)
                if time.monotonic() - last >= given.kill_every:
                    show.workers.kill_one()
                    last = time.monotonic()
            show.empty(given.kill_every)
            seconds = time.monotonic() - began
            dead = show.workers.dead()
            fired = sum(fault["fired"] for fault in standin.state()["faults"])
            standin.clear_faults()  # Cloudinary works again
            redriven = 0
            while show.workers.dead():
                redriven += show.redrive()
                show.empty(None)
            show.workers.stop()
            ended = show.check()
        rows = {
            "notifications": given.notifications,
            "doubled": show.doubles,
            "that never can succeed": len(show.permanent),
            "messages sent": len(show.sent),
            "stored": ended["stored"],
            "removed": ended["removed"],
            "unchanged": ended["unchanged"],
            "ignored": ended["ignored"],
            "dropped for good": ended["Dropped"],
            "Cloudinary's failures": fired,
            "workers killed": show.workers.kills,
            "dead letters": dead,
            "redriven": redriven,
            "photos in the store": ended["photos"],
            "lost": len(show.sent) - sum(count for word, count in ended.items() if word != "photos"),
            "seconds until each was tried": round(show.tried - began),
            "messages a second until then": round(len(show.sent) / (show.tried - began), 1),
            "seconds until the queue was empty": round(seconds),
        }
        for name, value in rows.items():
            print(f"{name:<34}{value:>8}")


if __name__ == "__main__":
    main()
