"""`python -m app notify` as people and scripts use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from app.adapters.store import Store
from scripts.sandbox.kills.crowd import address, environment, gather
from scripts.sandbox.mailserver.client import MailServer, running
from scripts.sandbox.service import ROOT
from scripts.sandbox.stored import CAMPAIGN, name
from scripts.sandbox.waiting import wait_for
from tests.support import command


@pytest.fixture
def server() -> MailServer:
    return running()


@pytest.fixture
def environ(server: MailServer, store: Store) -> dict[str, str]:
    return environment(server, store.root.path)


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return command.run("notify", CAMPAIGN, "0001", *arguments, environ=environ)


def test_it_is_tried_out_and_then_everyone_is_told_once(
    environ: dict[str, str], server: MailServer, store: Store, tmp_path: Path
) -> None:
    gather(store, ["bad", None, *map(address, range(4))])
    dry = run(environ, "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert dry.stdout.splitlines() == [
        *(f"{address(index)}  {name(index + 2)}" for index in range(4)),
        "4 of 6 people would be told (dry run)",
        "  malformed address: 1  bad",
        f"  no address: 1  {name(1)}",
    ]
    assert json.loads(run(environ, "--dry-run", "--json", "--limit", "1").stdout) == {
        "campaign": CAMPAIGN,
        "collage": "0001",
        "recipients": [{"address": address(0), "photo": name(2)}],
        "skipped": {
            "malformed address": ["bad"],
            "no address": [name(1)],
            "over the limit": [address(index) for index in (1, 2, 3)],
        },
    }
    preview = run(environ, "--preview", str(tmp_path / "mail.eml"))
    assert preview.returncode == 0
    message = message_from_bytes((tmp_path / "mail.eml").read_bytes(), policy=default)
    assert message["To"] == "hello@sayno.example"
    assert server.taken() == []
    test = run(environ, "--test", "me@example.net")
    assert (test.returncode, test.stdout, test.stderr) == (0, "1 of 1 mail sent\n", "")

    sent = run(environ)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.splitlines()[0] == "4 of 4 mails sent"
    assert server.told() == {"me@example.net": 1} | {address(index): 1 for index in range(4)}


def test_what_failed_or_is_uncertain_is_named_and_the_exit_code_is_1(
    environ: dict[str, str], server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(
        recipients={address(0): ["550 5.1.1 Unknown"], address(1): ["451 4.7.1 Later", "451 4.7.1 Later still"]},
        break_after=[address(2)],
    )
    first = run(environ, "--pause", "0")
    assert first.returncode == 1
    assert first.stderr == ""
    assert first.stdout.splitlines() == [
        "3 of 6 mails sent",
        f"  failed: {address(0)} (550 5.1.1 Unknown)",
        f"  failed: {address(1)} (451 4.7.1 Later still; the next run tries again)",
        f"  uncertain: {address(2)} (the connection broke; --retry-uncertain sends it again)",
    ]
    server.refuse()
    second = run(environ, "--json")
    assert second.returncode == 1, "one is uncertain still"
    report = json.loads(second.stdout)
    assert (report["sent"], report["uncertain"], report["failed"]) == ([address(1)], [address(2)], [])
    assert report["skipped"]["failed for good"] == [address(0)]
    assert run(environ, "--retry-uncertain").returncode == 0


def test_ctrl_c_ends_it_after_the_mail_that_it_is_at_and_the_next_run_goes_on(
    environ: dict[str, str], server: MailServer, store: Store
) -> None:
    gather(store, 6)
    server.refuse(delay=0.3)
    words = [sys.executable, "-m", "app", "notify", CAMPAIGN, "0001", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env=os.environ | environ, stdout=pipe, stderr=pipe, text=True) as process:
        wait_for(server.taken, "a mail had arrived")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    report = json.loads(out)
    assert (process.returncode, err, report["uncertain"]) == (1, "", [])
    assert report["stopped"] == "It was stopped."
    assert report["sent"] == [mail["recipients"][0] for mail in server.taken()]
    server.refuse()
    assert run(environ).returncode == 0
    assert server.told() == {address(index): 1 for index in range(6)}


def test_a_terminal_shows_how_far_it_is(environ: dict[str, str], server: MailServer, store: Store) -> None:
    gather(store, 6)
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "app", "notify", CAMPAIGN, "0001"]
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE, stderr=theirs, timeout=300, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert shown.startswith("\rSending  [######  ")
    assert shown.endswith(f"\rSending  [{'#' * 36}]  6/6\r\n")
    assert done.stdout == b"6 of 6 mails sent\n"


@pytest.mark.parametrize(
    "key", ["COLLAGEN_SMTP_URL", "COLLAGEN_MAIL_FROM", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SECRET_KEY"]
)
def test_a_missing_setting_is_one_line_and_exit_code_1(
    environ: dict[str, str], server: MailServer, store: Store, key: str
) -> None:
    answer = run(environ | {key: ""})
    assert (answer.returncode, answer.stdout) == (1, "")
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"Error: {key} is not set")


def test_a_collage_that_is_not_there_or_not_sound_is_one_line_and_exit_code_1(
    environ: dict[str, str], server: MailServer, store: Store
) -> None:
    missing = run(environ)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "Error: The campaign sayno has no collage 0001.\n"
    gather(store, 6)
    with (store.collages.directory(CAMPAIGN, "0001") / "collage.png").open("ab") as file:
        file.write(b"more")
    unsound = run(environ)
    assert (unsound.returncode, unsound.stdout) == (1, "")
    (line,) = unsound.stderr.splitlines()
    assert line.startswith("Error: The collage 0001 of sayno is not sound, so nobody is told of it: collage.png has")
    assert server.taken() == []
