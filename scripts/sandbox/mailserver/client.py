"""Starts the mail server, sets what it refuses, and reads the mails that it accepted."""

from __future__ import annotations

import atexit
import functools
import json
import select
import subprocess
import sys
import tempfile
from collections import Counter
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from scripts.sandbox.ending import Ending
from scripts.sandbox.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
USER, PASSWORD = "campaign@example.org", "abcd efgh ijkl/@:mnop"  # like one of Gmail's app passwords, and worse
QUOTED = "campaign%40example.org:abcd%20efgh%20ijkl%2F%40%3Amnop"


class MailServer(Ending):
    """A running server. Accepted mails stay in `directory`, and so does its certificate authority."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="mailserver-")
        self.directory = Path(self._directory.name)
        self.authority, self.other_authority = self.directory / "ca.pem", self.directory / "other-ca.pem"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.sandbox.mailserver", str(self.directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.ports: dict[str, int] = json.loads(self._answer())
        self._from = 0

    @property
    def url(self) -> str:
        """For COLLAGEN_SMTP_URL: STARTTLS and login."""
        return f"smtp://{QUOTED}@127.0.0.1:{self.ports['starttls']}"

    @property
    def tls_url(self) -> str:
        """TLS from the start, and login."""
        return f"smtps://{QUOTED}@localhost:{self.ports['tls']}"

    @property
    def plain_url(self) -> str:
        """Neither TLS nor login."""
        return f"smtp://127.0.0.1:{self.ports['plain']}"

    def refuse(self, **faults: Any) -> None:
        """Sets its faults from now on; none by default.

        `recipients`: address → answers to RCPT (a 4xx one is used up; the last 5xx one stays); `data`: address → answer
        to the mail; `sender`, `login`: answer to MAIL, to AUTH; `per_connection`: 421 after so many mails;
        `break_after`: addresses ("*": all) whose mail is accepted and then not answered; `delay`: seconds for each
        mail.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(faults) + "\n")
        self._process.stdin.flush()
        self._answer()

    def forget(self) -> None:
        """Clears all faults; mails accepted so far are no longer shown."""
        self.refuse()
        self._from = len(self._lines())

    def taken(self) -> list[dict[str, Any]]:
        """Every accepted mail, oldest first."""
        return [json.loads(line) for line in self._lines()[self._from :]]

    def told(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(address for mail in self.taken() for address in mail["recipients"])

    def messages(self) -> list[EmailMessage]:
        return [message_from_string(mail["content"], policy=SMTP) for mail in self.taken()]

    def _lines(self) -> list[bytes]:
        return (self.directory / "mails.jsonl").read_bytes().splitlines()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise RuntimeError("The mail server does not answer.")
        return line

    def stop(self) -> None:
        """Stops it, with every connection; safe to call twice."""
        self._process.kill()
        self._process.wait(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._directory.cleanup()


def running() -> MailServer:
    """One server for all tests of a process, without the faults and mails of the tests before."""
    server = _started()
    server.forget()
    return server


@functools.cache
def _started() -> MailServer:
    server = MailServer()
    atexit.register(server.stop)
    return server
