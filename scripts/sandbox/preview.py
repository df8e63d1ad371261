"""A preview of the mail, with a server for its picture and a screenshot (`scripts/mail-preview`)."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.core.config import Campaign
from app.services.notify.message import compose, load
from app.services.tracking.tokens import Claims, Tokens, links
from scripts.sandbox.browser import Browser, Scheme, missing

COLLAGE = Path(__file__).parents[2] / "docs" / "collage.jpg"
CAMPAIGN = Campaign("sayno", "Say No", "sayno")
RECIPIENT = "ann@example.org"
SENDER = "Say No <hello@sayno.example>"
PUBLIC_URL = "https://collagen.example.org"
DATE = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
SEEN: list[tuple[int, Scheme]] = [(width, scheme) for width in (360, 800) for scheme in ("light", "dark")]


def sample(public_url: str = PUBLIC_URL, *, campaign: Campaign = CAMPAIGN, people: int = 999) -> EmailMessage:
    """The mail that the default templates send to a person in a collage."""
    return compose(
        load(campaign, Path()),
        campaign=campaign,
        links=links(public_url, Tokens(["a key that nobody uses"]), Claims(campaign.name, "0003", "selfie-07")),
        people=people,
        sender=SENDER,
        recipient=RECIPIENT,
        message_id="<0f8c.4d2a@sayno.example>",
        date=DATE,
    )


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


class Mailbox:
    """A local server: the mail's HTML at /mail, and its picture wherever the mail says."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.html = ""
        self.picture: bytes | None = COLLAGE.read_bytes()


@contextlib.contextmanager
def mailbox() -> Iterator[Mailbox]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/mail":
                self._answer(box.html.encode(), "text/html; charset=utf-8")
            elif self.path.endswith("/collage.jpg") and box.picture is not None:
                self._answer(box.picture, "image/jpeg")
            else:
                self.send_error(404)

        def _answer(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box = Mailbox(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main(directory: Path) -> None:
    """Writes the mail and its screenshots."""
    directory.mkdir(parents=True, exist_ok=True)
    eml = directory / "mail.eml"
    eml.write_bytes(sample().as_bytes())
    print(eml)
    reason = missing()
    if reason is not None:
        sys.exit(f"No screenshots: {reason}")
    with mailbox() as box, Browser() as browser:
        box.html = html_of(sample(box.url))
        for width, scheme in SEEN:
            browser.see(f"{box.url}/mail", width=width, scheme=scheme)
            path = directory / f"mail-{width}-{scheme}.png"
            browser.screenshot(path)
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
