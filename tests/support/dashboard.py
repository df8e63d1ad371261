"""Reads the dashboard and sends its forms, as the admin does."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scripts.sandbox.waiting import wait_for
from tests.support.web import ADMIN

HERE = "/admin/campaigns/sayno"
FORM = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def close(app: Flask) -> None:
    """Stops the threads and processes that the application started."""
    app.extensions["collagen"].close()


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, auth=ADMIN, buffered=True)


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> TestResponse:
    return client.post(path, data=fields, auth=ADMIN, headers=FORM)


def people(page: str) -> list[str]:
    """The public IDs in the grid of photos."""
    grid = page.partition('id="tiles"')[2].partition("</ul>")[0]
    return re.findall(r'name="exclude" value="([^"]+)"', grid)


def text(page: str) -> str:
    """The text of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" ,", ",")


def counted(client: FlaskClient, path: str) -> str:
    """The page once all its numbers are there."""
    wait_for(lambda: "being counted" not in get(client, path).text, "all was counted")
    return get(client, path).text
