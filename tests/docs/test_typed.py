"""Every command of Collagen's own in the documents and in --help can be typed as it stands.

The first test has the real parser read each. With `--thorough` all of them run as well: in order, page by page, on a
machine where everything they name exists. docs/operations.md has a test of its own (tests/deploy/test_operations.py).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from PIL import Image

from app.adapters.store import Store
from app.cli import main
from scripts.sandbox import stored
from scripts.sandbox.awsserver.client import AwsServer
from scripts.sandbox.mailserver.client import running as running_mailserver
from scripts.sandbox.samples import person
from scripts.sandbox.service import ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run
from tests.support.prototype import Prototype

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OLD = "changelog.md"  # it also names what is gone
BLOCK = re.compile(r"```(?:sh|console|ini|text)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"(?:python -m app|(?<![\w/.-])collagen) (?=[a-z])([^|>`]+)")
COMMENT = re.compile(r"\s+# .*")
# what the pages write where people put something of their own
WORDS = {
    "[CAMPAIGN…]": "sayno",
    "CAMPAIGN": "sayno",
    "LOOK": "card",
    "URL": "QUEUE",
    "--retry- failed": "--retry-failed",
}
ASKS = {"forget"}  # these want to be told `yes`
RUNS_ON = {"watch", "worker"}  # until they are stopped, unless they are told to do one thing
# exit code 1: what they look for is wrong or missing on this machine, and they say so
FAILS = {
    "doctor": r"(?m)^FAIL  ",  # the service is not reached by https
    "look sayno starry sayno/x7k2 --seed 7": "torch|COLLAGEN_DIFFUSION",
    "look sayno vangogh sayno/x7k2 --seed 7": "torch|COLLAGEN_DIFFUSION",
    "worker --looks --styles": "torch|COLLAGEN_DIFFUSION",
    "connect": "missing  ",
}
PHOTOS = {
    "sayno/x7k2": "approved",
    **{f"sayno/{number}": "approved" for number in range(3)},
    "supporters/ada": "approved",
    "supporters/ben": "approved",
    "supporters/selfie-07": "pending",
    "supporters/selfie-08": "pending",
}
NAMES = ("ann", "ben", "cem", "dan", "eva", "gus", "ida", "jan")


def typed(page: Path) -> list[str]:
    """The arguments of each command on a page, in order, and as they are written."""
    text = re.sub(r"\\\n\s*", " ", page.read_text("utf-8"))
    found = []
    for part in re.split(r"(```\w+\n.*?```)", text, flags=re.DOTALL):
        blocks = BLOCK.findall(part)
        lines = blocks[0].splitlines() if blocks else [" ".join(one.split()) for one in INLINE.findall(part)]
        for line in lines:
            if page.name == "commands.md" and not re.match(r"\s+(Examples?:\s+)?(python -m app|collagen) ", line):
                continue  # the usage, and sentences
            found += [match.strip() for match in COMMAND.findall(COMMENT.sub("", line))]
    return [command for command in found if "…" not in command.replace("[CAMPAIGN…]", "") and not only_named(command)]


def only_named(command: str) -> bool:
    """Whether a page only names a command that needs arguments."""
    found = main.get_command(click.Context(main), command)
    return found is not None and any(parameter.required for parameter in found.params)


def words(command: str) -> list[str]:
    for written, meant in WORDS.items():
        command = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", meant, command)
    return shlex.split(command)


CURRENT = [page for page in PAGES if page.name != OLD and typed(page)]


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: page.name)
def test_the_parser_takes_every_command_of_a_page(page: Path) -> None:
    for command in typed(page):
        name, *arguments = words(command)
        found = main.get_command(click.Context(main), name)
        assert found is not None, command
        context = click.Context(found, info_name=name)
        _, left, _ = found.make_parser(context).parse_args(arguments)
        assert not left, command


@dataclass
class Machine:
    """A service with people, looks, collages and queues. `top`: what is `/` on the pages, and where commands run."""

    top: Path
    standin: Standin
    environ: dict[str, str]
    meant: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        self.gather()
        arguments = [self._here(word) for word in words(command)]
        arguments += ["--yes"] * (arguments[0] in ASKS)
        if arguments[0] not in RUNS_ON or "--redrive" in arguments:
            return run(*arguments, environ=self._environ(arguments[0]), cwd=self.top)
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            cwd=ROOT,
            env=os.environ | self._environ(arguments[0]),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:  # it runs, as it should
            process.terminate()
            process.communicate(timeout=100)
            return subprocess.CompletedProcess(arguments, 0, "", "")
        return subprocess.CompletedProcess(arguments, process.returncode, "", process.communicate()[1])

    def gather(self) -> None:
        """Uploads the photos that are not there, or no longer, and approves them again."""
        there = self.standin.state()["assets"]
        for number, (public_id, status) in enumerate(PHOTOS.items()):
            if public_id in there and status == "approved" != there[public_id]["status"]:
                self.standin.approve(public_id)
            elif public_id not in there:
                email = f"{NAMES[number]}@example.org"
                self.standin.upload(person(number), public_id, folder="sayno", email=email, moderation=status)
        self.standin.wait_idle()

    def _environ(self, command: str) -> dict[str, str]:
        """Workers have queues; nothing else has, or it would order instead of making."""
        names = ("COLLAGEN_LOOKS_QUEUE", "COLLAGEN_STYLES_QUEUE")
        queues = dict.fromkeys(names, self.meant["QUEUE"]) if command == "worker" else {}
        return self.environ | queues

    def _here(self, word: str) -> str:
        if word.startswith(("~/", "/")):
            return str(self.top / word.lstrip("~/"))
        for written, meant in self.meant.items():
            word = word.replace(written, meant)
        return word


@pytest.fixture
def machine(standin: Standin, aws: AwsServer, tmp_path: Path) -> Iterator[Machine]:
    store = Store(tmp_path / "data")
    store.root.initialise()
    mails = running_mailserver()
    (tmp_path / "campaigns.toml").write_text(
        '[sayno]\npublic = true\ncatalogue = "place"\n[album]\nsource = "folder:album"\n[test_prototype]\n'
        'test_address = "trial+{token}@example.org"\n'
    )
    look = '[[{}.steps]]\nstep = "watermark"\ntext = "Say No"\n'
    painted = '[[{}.steps]]\nstep = "style"\nstyle = "Van_Gogh"\n'
    looks = [look.format(name) for name in ("card", "orange")] + [
        painted.format(name) for name in ("starry", "vangogh")
    ]
    (tmp_path / "looks.toml").write_text("".join(looks))
    environ = aws.environment | environment(
        standin,
        store.root.path,
        COLLAGEN_LOOKS=str(tmp_path / "looks.toml"),
        COLLAGEN_MODELS=str(tmp_path / "models"),
        COLLAGEN_SECRET_KEY="a key that only tests use",
        COLLAGEN_SMTP_URL=mails.url,
        COLLAGEN_MAIL_FROM="Say No <hello@sayno.example>",
        SSL_CERT_FILE=str(mails.authority),
        HOME=str(tmp_path),
    )
    for place in ("Pictures/party", "album"):
        (tmp_path / place).mkdir(parents=True)
        for number in range(3):
            (tmp_path / place / f"{number}.jpg").write_bytes(person(number))
    (tmp_path / "portrait.jpg").write_bytes(person(0))
    for name in ("logo.png", "collage.png"):
        Image.open(io.BytesIO(person(1))).save(tmp_path / name)
    (tmp_path / "tmp").mkdir()
    for place in (".", "tmp"):
        (tmp_path / place / "sent.csv").write_text("email\nann@example.org\n")
    Prototype(standin, tmp_path / "mnt/efs").keep("old", 3, 0)
    queue = aws.queue().url
    with contextlib.suppress(aws.of("s3").exceptions.BucketAlreadyOwnedByYou):
        aws.of("s3").create_bucket(Bucket="faces", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with Service(environ, workers=1) as service:
        environ["COLLAGEN_PUBLIC_URL"] = service.url
        standin.notify(service.webhook)
        meant = {
            "https://collagen.example.org": service.url,
            "https://HOST": service.url,
            "WEBHOOKURL": service.webhook,
            "https://sqs.eu-central-1.amazonaws.com/123456789012/collagen": queue,
            "QUEUE": queue,
            "E1AB2C3D4E5F6G": "E1AB2",
            "E1AB2": aws.distribution(),
        }
        made = Machine(tmp_path, standin, environ, meant)
        made.gather()
        for _ in range(3):
            stored.built(store, width=300, height=400)
        assert made.run("look sayno orange").returncode == 0
        yield made
        standin.wait_idle()


@pytest.mark.thorough
@pytest.mark.parametrize("page", [page for page in CURRENT if page.name != "operations.md"], ids=lambda page: page.name)
def test_every_command_of_a_page_runs(machine: Machine, page: Path) -> None:
    for command in typed(page):
        done = machine.run(command)
        expected = FAILS.get(command) or FAILS.get(command.split()[0])
        if done.returncode == 1 and expected:
            assert re.search(expected, done.stdout + done.stderr), (command, done.stdout, done.stderr)
        else:
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, (command, done.stderr)
