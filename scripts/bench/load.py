"""Everything at once through nginx over TLS, for ten minutes, on a campaign that has gone viral.

The stand-in for Cloudinary answers every call late and sends its notifications to nginx; people send photos by the
form; others load the public page, and the pictures in their mails, at a fixed pace, whatever the answers; a worker
makes a look of each photo that arrives, ordered in a queue. Meanwhile a collage of another campaign is built, gunicorn
is told to reload, and then it is replaced as an upgrade does, behind a socket that stays open. All of them share the
machine's cores, the load generators included. Afterwards every photo that was approved must be stored, every look
made, every form's photo waiting for a moderator, and `check` clean. Memory is the sum of PSS of gunicorn and its
children, taken before and after, once everything is warm and idle. Exit code 1 if anything failed or was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.adapters.store import Store
from scripts.bench import pictures
from scripts.bench.day import KEY, PEOPLE, SHOWN, Answers, Day, Pace
from scripts.bench.measure import percentile
from scripts.bench.neighbours import CAMPAIGN, link
from scripts.sandbox.awsserver.client import AwsServer
from scripts.sandbox.commands import said
from scripts.sandbox.nginx import Nginx
from scripts.sandbox.people import portrait
from scripts.sandbox.service import ROOT, Service, environment
from scripts.sandbox.standin.client import Standin

FACES = 221  # people in the collage that is shown and mailed
WARM = 60.0  # seconds of the same load before measuring starts
LOOK = "card"
CAMPAIGNS = f"""
[{SHOWN}]
title = "Say No"
public = true
join = true
looks = ["{LOOK}"]

[{CAMPAIGN}]
"""
LOOKS = f"""
[{LOOK}]

[[{LOOK}.steps]]
step = "watermark"
text = "{{title}} {{year}}"
"""


@contextlib.contextmanager
def trusting(certificate: Path) -> Iterator[None]:
    """Processes started meanwhile trust the certificate."""
    os.environ["SSL_CERT_FILE"] = str(certificate)
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]


@contextlib.contextmanager
def worker(environ: dict[str, str], log: Path) -> Iterator[None]:
    """A worker that makes looks meanwhile, after everything else that wants the processor, as its unit says."""
    command = ["nice", "-n", "15", sys.executable, "-m", "app", "worker", "--looks"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def shown(standin: Standin, environ: dict[str, str]) -> None:
    """People who were approved before, in a collage; no looks are ordered of them."""
    people = [{"public_id": f"p{number:05}", "asset_folder": SHOWN, "status": "approved"} for number in range(FACES)]
    for seed in range(PEOPLE):
        standin.upload_many(portrait(seed), people[seed::PEOPLE])
    before = {name: value for name, value in environ.items() if name != "COLLAGEN_LOOKS_QUEUE"}
    said(before, "sync", SHOWN)
    said(before, "collage", SHOWN, "--duplicates")


def row(name: str, answers: Answers, seconds: float) -> None:
    parts = "".join(f"{1000 * percentile(answers.taken, part):>8.0f}" for part in (50, 95, 99))
    taken = answers.taken
    print(f"{name:<22}{len(taken):>8}{len(taken) / seconds:>10.1f}{parts}{1000 * max(taken):>9.0f}{answers.failed:>8}")
    if answers.failed:
        print(f"{'':<22}{dict(answers.said)}")


def run(cache: Path, asked: argparse.Namespace) -> list[str]:
    """Runs the load and prints its figures; returns what went wrong."""
    source, many = pictures.campaign(cache, asked.photos)
    with contextlib.ExitStack() as stack:
        # beside the cache: in /tmp, which may be in memory, a file cannot be linked, and fsync costs nothing
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=source.root.path.parent, prefix="load-")))
        store = Store(directory / "store")
        store.root.initialise()
        link(source.root.path / many, store.root.path / CAMPAIGN)
        (directory / "campaigns.toml").write_text(CAMPAIGNS)
        (directory / "looks.toml").write_text(LOOKS)
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=4096))
        nginx = stack.enter_context(Nginx(listening.getsockname()[1], store.root.path, directory / "nginx"))
        stack.enter_context(trusting(nginx.ca))
        standin = stack.enter_context(Standin.start(retry_delays=[]))
        aws = stack.enter_context(AwsServer())
        queue = aws.queue(receives=5)
        environ = aws.environment | environment(
            standin,
            store.root.path,
            COLLAGEN_SECRET_KEY=KEY,
            COLLAGEN_PUBLIC_URL=nginx.url,
            COLLAGEN_LOOKS=str(directory / "looks.toml"),
            COLLAGEN_LOOKS_QUEUE=queue.url,
        )
        shown(standin, environ)
        standin.settings(at_once=16)
        for call in ("api", "delivery"):
            standin.faults(call, "delay", seconds=asked.delay / 1000, times=None)
        stack.enter_context(worker(environ, directory / "worker.log"))
        pace = Pace(asked.approvals, asked.forms, asked.mails, asked.pages)
        day = Day(lambda: Service(environ, workers=asked.workers, listening=listening), nginx, standin, store, pace)
        stack.callback(lambda: day.service.stop())
        standin.notify(f"{nginx.url}/webhook/cloudinary")
        day.run(WARM, eventful=False)
        queue.until()
        before, opened = day.memory(), day.opens()
        seconds = asked.minutes * 60
        kinds, (status, people, took) = day.run(seconds)
        print(
            f"{'milliseconds':<22}{'requests':>8}{'a second':>10}"
            f"{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}{'failed':>8}"
        )
        for kind, answers in kinds.items():
            row(kind, answers, seconds)
        print(f"\nopens recorded: {day.opens() - opened}")
        print(f"collage meanwhile: answered {status}, {people} people, {took:.1f} s")
        queue.until()
        after = day.memory()
        print(f"memory (PSS), warm and quiet: {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after")
        wrong = [f"{kind}: {answers.failed} failed" for kind, answers in kinds.items() if answers.failed]
        wrong += [] if status == 201 else ["the collage failed"]
        return wrong + lost(day, store, environ, directory)


def lost(day: Day, store: Store, environ: dict[str, str], directory: Path) -> list[str]:
    """What is missing or damaged in the end, and what the logs complain of."""
    wrong = []
    photos = len(store.photos.all(SHOWN))
    if photos != FACES + day.approved:
        wrong.append(f"{photos} photos are stored, of {FACES + day.approved}")
    looks = len([*(store.root.path / SHOWN / "looks" / LOOK).glob("[!.]*.jpg")])
    if looks != day.approved:
        wrong.append(f"{looks} looks are made, of {day.approved}")
    pending = json.loads(said(environ, "moderate", SHOWN, "--json"))["counts"]["pending"]
    if pending != day.sent:
        wrong.append(f"{pending} photos of forms wait, of {day.sent}")
    command = [sys.executable, "-m", "app", "check", SHOWN]
    checked = subprocess.run(command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE, text=True)
    print(f"check: {checked.stdout.strip().splitlines()[-1]}")
    if checked.returncode:
        wrong.append(checked.stdout)
    day.service.stop()
    lines = [*day.logs, *day.service.log, *(directory / "worker.log").read_text().splitlines()]
    bad = [line for line in lines if re.search(r"\[(ERROR|CRITICAL)\]|Traceback", line)]
    nginx = [line for line in (directory / "nginx/logs/error.log").read_text().splitlines() if "[notice]" not in line]
    print(f"logs: {len(lines)} lines, {sum('[WARNING]' in line for line in lines)} warnings, {len(bad)} errors")
    return wrong + bad[:10] + nginx[:10]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/load", description=__doc__)

    def number(option: str, default: float, what: str, metavar: str = "N") -> None:
        parser.add_argument(option, type=float, default=default, metavar=metavar, help=f"{what} (default: %(default)s)")

    number("--minutes", 10, "how long")
    number("--approvals", 30, "approvals a minute")
    number("--forms", 6, "forms with a photo a minute")
    number("--mails", 50, "mails opened a second")
    number("--pages", 50, "pages and pictures of the public face a second")
    number("--delay", 300, "Cloudinary's delay", "MS")
    parser.add_argument("--photos", type=int, default=5_000, metavar="N", help="people in the collage that is built")
    parser.add_argument("--workers", type=int, default=None, metavar="N", help="(default: as deploy/ chooses)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, a collage of {asked.photos}, Cloudinary answers after {asked.delay:.0f} ms\n")
    if wrong := run(asked.cache, asked):
        sys.exit("\n".join(["", "Wrong:", *wrong]))


if __name__ == "__main__":
    main()
