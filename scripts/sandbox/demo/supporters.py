"""The supporters of the demonstration: they send photos, and open their mails."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import cloudinary.uploader
import requests

from scripts.sandbox.demo.people import BY_FORM, ELSEWHERE, WITHOUT_ADDRESS, public_id
from scripts.sandbox.people import address
from scripts.sandbox.standin.client import Standin

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def upload(standin: Standin, campaign: str, people: list[Path]) -> None:
    """The campaign's own website uploads photos to Cloudinary, through the SDK."""

    def send(seed: int) -> None:
        context = {} if seed in WITHOUT_ADDRESS else {"context": {"email": address(seed)}}
        cloudinary.uploader.upload(
            BytesIO(people[seed].read_bytes()),
            filename=people[seed].name,
            public_id=public_id(seed),
            asset_folder=ELSEWHERE.get(seed, campaign),
            moderation="manual",
            **context,
            **standin.sdk,
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, (seed for seed in range(len(people)) if seed not in BY_FORM)))


def join(form: str, people: list[Path]) -> None:
    """Some send theirs by the form on the campaign's public page."""
    for seed in BY_FORM:
        send_photo(requests.Session(), form, people[seed].read_bytes(), address(seed)).raise_for_status()


def send_photo(browser: requests.Session, form: str, photo: bytes, email: str) -> requests.Response:
    """Fills in the form for a photo, and sends it, as a browser without scripts does."""
    browser.headers["User-Agent"] = BROWSER
    page = browser.get(form, timeout=60)
    page.raise_for_status()
    (key,) = re.findall(r'name="key" value="(\w+)"', page.text)
    fields = {"key": key, "email": email, "show": "yes", "mail": "yes"}
    return browser.post(form, data=fields, files={"photo": ("me.jpg", photo, "image/jpeg")}, timeout=60)


def open_mail(message: EmailMessage) -> None:
    """Loads the picture at the mail's personal address, as a mail program does."""
    requests.get(link(message, "/collage.jpg"), headers={"User-Agent": BROWSER}, timeout=30).raise_for_status()


def link(message: EmailMessage, end: str) -> str:
    """The link in a mail that ends with this text."""
    body = message.get_body(("plain",))
    assert body is not None
    (found,) = (line for line in body.get_content().splitlines() if line.startswith("http") and line.endswith(end))
    return str(found)
