"""The dashboard's pages list no directory of the store twice."""

from __future__ import annotations

from collections import Counter
from os import DirEntry
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.adapters.store import Store
from app.adapters.store.disk import Disk
from scripts.sandbox import stored
from scripts.sandbox.service import CAMPAIGNS
from tests.support.web import ADMIN, fill

SAYNO = "/admin/campaigns/sayno"


class Listing(Disk):
    """Counts the listings of each directory."""

    def __init__(self, root: Path) -> None:
        self.root, self.listed = root, Counter[str]()

    def scan(self, path: Path) -> list[DirEntry[str]]:
        self.listed[str(path.relative_to(self.root))] += 1
        return super().scan(path)


@pytest.mark.parametrize(
    ("page", "rooms"),
    [
        (f"{SAYNO}/", ["approved", "thumbnails", "collages"]),
        (f"{SAYNO}/?exclude=p1&page=2&q=p", ["approved", "thumbnails", "collages"]),
        (f"{SAYNO}/?cut=1", ["approved", "thumbnails", "collages"]),
        (f"{SAYNO}/counts", ["approved", "thumbnails", "collages"]),
        (f"{SAYNO}/unreachable", ["approved"]),
        (f"{SAYNO}/plan?exclude=p1", ["approved", "collages"]),
        (f"{SAYNO}/history", ["approved", "collages"]),
        (f"{SAYNO}/history/0002", ["approved", "collages", "logs/opens"]),
        (f"{SAYNO}/photos/p1/thumb.jpg", []),
    ],
)
def test_a_page_lists_each_directory_once_and_only_those_it_needs(
    app: Flask, client: FlaskClient, store: Store, page: str, rooms: list[str]
) -> None:
    disk = _two_collages(app, store)
    assert client.get(page, auth=ADMIN).status_code == 200
    # nearly always empty, and asked whenever people are named: they must not have been forgotten since
    assert disk.listed.pop(".forgotten", 0) <= 2
    assert {room: count for room, count in disk.listed.items() if count} == {f"sayno/{room}": 1 for room in rooms}


def test_the_home_page_lists_each_campaigns_directories_once(app: Flask, client: FlaskClient, store: Store) -> None:
    disk = _two_collages(app, store)
    assert client.get("/admin/", auth=ADMIN).status_code == 200
    campaigns = app.extensions["collagen"].campaigns
    assert len(campaigns) == CAMPAIGNS.count("[")
    listed = {f"{name}/{room}": 1 for name in campaigns for room in ("approved", "thumbnails")}
    assert disk.listed == listed | {"sayno/collages": 1}


def _two_collages(app: Flask, store: Store) -> Listing:
    fill(store, "sayno", 8)
    for excluded in ("p0", "p1"):
        stored.built(store, width=300, height=300, exclude=frozenset({excluded}))
    root = app.extensions["collagen"].store.root
    root.files.disk = disk = Listing(root.path)
    return disk
