"""`Site`: the installed machine as people, Cloudinary, the campaign's team and its administrator see it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests

from scripts.sandbox.machine.container import Container
from scripts.sandbox.machine.installation import URL, ended, setting
from scripts.sandbox.mailserver.client import MailServer
from scripts.sandbox.standin.client import Standin

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
MINUTES = 120  # seconds that an answer may take


@dataclass
class Site:
    root: Path
    machine: Container
    standin: Standin
    mails: MailServer
    # by address, from the first mail to it
    tokens: dict[str, str] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)  # of the links to unsubscribe
    collages: dict[str, str] = field(default_factory=dict)  # which it was about: sayno/0001

    @property
    def store(self) -> Path:
        return self.root / "srv/collagen"

    def archive(self, campaign: str, public_id: str) -> Path:
        return self.store / campaign / "approved" / f"{public_id.replace('/', '+').replace(' ', '%20')}.jpg"

    @property
    def admin(self) -> tuple[str, str]:
        return "admin", setting(self.root, "COLLAGEN_ADMIN_PASSWORD")

    def get(self, path: str, *, admin: bool = False) -> requests.Response:
        return requests.get(f"{URL}{path}", auth=self.admin if admin else None, headers=BROWSER, timeout=MINUTES)

    def command(self, *words: str) -> tuple[int, str]:
        """`sudo collagen …`: its exit code, and what it said."""
        done = self.machine.run("/usr/local/bin/collagen", *words)
        return done.returncode, (done.stdout + done.stderr).strip()

    def json(self, *words: str) -> Any:
        """The JSON that a command prints."""
        done = self.machine.run("/usr/local/bin/collagen", *words, "--json")
        return json.loads(done.stdout)

    def build(self, campaign: str, **parameters: Any) -> dict[str, Any]:
        """A new collage's manifest."""
        address = f"{URL}/admin/campaigns/{campaign}/collages"
        answer = requests.post(
            address, json=parameters, auth=self.admin, headers={"Prefer": "wait=100"}, timeout=MINUTES
        )
        answer.raise_for_status()
        return ended(f"{address}/{answer.json()['id']}", self.admin, "building")

    def tell(self, campaign: str, collage: str) -> dict[str, Any]:
        """Sends the mails about a collage; the state at the end."""
        address = f"{URL}/admin/campaigns/{campaign}/collages/{collage}/notify"
        requests.post(address, json={"send": True}, auth=self.admin, timeout=MINUTES).raise_for_status()
        state = ended(address, self.admin, "sending")
        for mail in self.mails.messages():
            self.collages.setdefault(str(mail["To"]), f"{campaign}/{collage}")
            self.tokens.setdefault(str(mail["To"]), token(mail, r"/track/([^/]+)/collage\.jpg"))
            self.endings.setdefault(str(mail["To"]), token(mail, r"/unsubscribe/(\S+)"))
        return state

    def opens(self, campaign: str, collage: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/admin/campaigns/{campaign}/collages/{collage}/opens", admin=True).json()
        return found

    def would_be_told(self, campaign: str, collage: str) -> dict[str, Any]:
        """`recipients`: how many; `skipped`: how many for each reason."""
        address = f"{URL}/admin/campaigns/{campaign}/collages/{collage}/notify"
        found: dict[str, Any] = requests.post(address, json={}, auth=self.admin, timeout=MINUTES).json()
        return found

    def digests(self) -> dict[str, str]:
        """The hash of each photo's archive and intermediate, and of each collage's files, by path in the store."""
        kinds = ("*/approved/*.jpg", "*/thumbnails/*.png", "*/collages/*/*")
        files = [path for kind in kinds for path in self.store.glob(kind) if ".tmp" not in path.name]
        return {str(path.relative_to(self.store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def files(self) -> dict[str, int]:
        """When each other file of a campaign was last changed (ns), by path in the store."""
        found = [path for path in self.store.glob("*/*/**/*") if path.is_file()]
        return {str(path.relative_to(self.store)): path.stat().st_mtime_ns for path in found}

    def naming(self, *words: str) -> list[str]:
        """The files in the store that hold one of these words, in their name or in themselves."""
        files = [path for path in self.store.rglob("*") if path.is_file()]
        return [
            str(path.relative_to(self.store))
            for path in files
            if any(word in str(path) or word.encode() in path.read_bytes() for word in words)
        ]


def token(mail: EmailMessage, pattern: str) -> str:
    """The token in one of a mail's links."""
    body = mail.get_body(("plain",))
    found = re.search(pattern, body.get_content() if body else "")
    assert found, f"a mail without {pattern}"
    return found[1]
