"""The inventory: what Cloudinary and the store hold, compared with the stand-in's own state."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
from collections import Counter
from typing import Any

import pytest

from app.adapters.store import Store
from app.core.config import Campaign
from app.core.sources import Asset, Listed
from app.services.inventory import compare, each, join
from scripts.sandbox.people import as_format
from scripts.sandbox.pictures import scene
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support import command
from tests.support.answers import PHOTO

STATUSES = ("approved", "pending", "rejected", None)
FOLDERS = ("sayno", "other", "test_prototype", "holidays", "sayno/below", "")


def run(standin: Standin, store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    answer = command.run("inventory", *arguments, environ=environment(standin, store.root.path))
    assert "@" not in answer.stdout + answer.stderr, "no address is ever shown"
    return answer


def fill(standin: Standin, store: Store, count: int = 300) -> None:
    """Adds assets of every status in every folder; some are in the store, rightly or not."""
    chance = random.Random(5)
    photos: list[dict[str, Any]] = []
    for number in range(count):
        photo: dict[str, Any] = {
            "public_id": f"p/{number:03}",
            "asset_folder": FOLDERS[number % 6],
            "status": STATUSES[number // 6 % 4],
            "tags": chance.sample(["sunny", "indoors", "group"], number % 3),
        }
        photos.append(photo | ({"context": {"email": f"p{number}@example.org"}} if number % 5 else {}))
    half = count // 2
    standin.upload_many(PHOTO, photos[:half])
    standin.upload_many(as_format(scene(30, 40), "png"), photos[half:], filename="photo.png")
    for campaign in ("sayno", "other"):
        for photo in photos[: count // 2]:
            if photo["asset_folder"] == campaign and (photo["status"] == "approved" or chance.random() < 0.2):
                store.photos.put(campaign, photo["public_id"], b"a", b"i", 1)
    store.photos.put("sayno", "nobody/knows", b"a", b"i", 1)


def truth(standin: Standin, store: Store) -> dict[str, dict[str, Any]]:
    """The same figures, counted from the stand-in's own state."""
    told: dict[str, dict[str, Any]] = {}
    assets = standin.state()["assets"]
    for folder in FOLDERS:
        inside = {public_id: one for public_id, one in assets.items() if one["asset_folder"] == folder}
        here = set(store.photos.pairs(folder)) if folder in ("sayno", "other", "test_prototype") else set()
        statuses = {}
        for status in STATUSES:
            mine = [one for one in inside.values() if one["status"] == status]
            known = sum("email" in one["context"] for one in mine)
            statuses[status or "unmoderated"] = {
                "count": len(mine),
                "formats": dict(Counter(one["format"] for one in mine)),
                "with_address": known,
                "without_address": len(mine) - known,
                "tags": dict(Counter(tag for one in mine for tag in one["tags"])),
                "held": sum(one["public_id"] in here for one in mine),
            }
        approved = {public_id for public_id, one in inside.items() if one["status"] == "approved"}
        campaign = folder if folder in ("sayno", "other", "test_prototype") else None
        told[folder] = {
            "folder": folder,
            "campaign": campaign,
            "count": len(inside),
            "statuses": statuses,
            "held": len(here),
            "missing": sorted(approved - here) if campaign else [],
            "extra": sorted(here - approved),
            "no_images": [],
        }
    return told


def test_300_assets_in_every_status_and_folder_are_counted_within_10_calls(standin: Standin, store: Store) -> None:
    fill(standin, store)
    answer = run(standin, store, "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    told = json.loads(answer.stdout)
    assert {folder["folder"]: folder for folder in told["folders"]} == truth(standin, store)
    assert told["calls"] == len(standin.calls("api")) == 6
    assert told["calls_left"] > 0


def test_a_campaign_alone_is_counted_with_its_rejected_photos(standin: Standin, store: Store) -> None:
    fill(standin, store, 120)
    told = json.loads(run(standin, store, "sayno", "--json").stdout)
    (folder,) = told["folders"]
    assert folder == truth(standin, store)["sayno"]
    assert folder["statuses"]["rejected"]["count"] == 5
    assert told["calls"] <= 10


def test_each_asset_is_listed_where_it_is_wanted(standin: Standin, store: Store) -> None:
    fill(standin, store, 60)
    told = json.loads(run(standin, store, "--json", "--assets").stdout)
    listed = {row["public_id"]: (folder, row) for folder in told["folders"] for row in folder["assets"]}
    assets = standin.state()["assets"]
    assert listed.keys() == {*assets, "nobody/knows"}
    for public_id, one in assets.items():
        folder, row = listed[public_id]
        assert folder["folder"] == one["asset_folder"]
        assert row == {
            "public_id": public_id,
            "status": one["status"] or "unmoderated",
            "format": one["format"],
            "address": "email" in one["context"],
            "tags": one["tags"],
            "held": bool(folder["campaign"]) and public_id in store.photos.pairs(folder["campaign"]),
        }
    assert listed["nobody/knows"][1]["status"] == "unlisted"


def test_the_csv_has_the_same_figures(standin: Standin, store: Store) -> None:
    fill(standin, store, 60)
    known = truth(standin, store)
    answer = run(standin, store, "--csv")
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert "6 Admin API calls" in answer.stderr
    for folder, figures in known.items():
        mine = {row["status"]: row for row in rows if row["folder"] == folder}
        for status, wanted in figures["statuses"].items():
            for name in ("count", "with_address", "without_address", "held"):
                assert int(mine[status][name]) == wanted[name]
        assert sum(int(row["missing"]) for row in mine.values()) == len(figures["missing"])
        assert sum(int(row["extra"]) for row in mine.values()) == len(figures["extra"])
    listed = list(csv.DictReader(io.StringIO(run(standin, store, "--csv", "--assets").stdout)))
    assert len(listed) == 61
    assert {row["held"] for row in listed} == {"yes", "no"}


def test_what_somebody_typed_is_no_formula_in_a_spreadsheet(standin: Standin, store: Store) -> None:
    standin.upload(PHOTO, "=1+1", folder="sayno", tags=["-1+2"])
    (row,) = csv.DictReader(io.StringIO(run(standin, store, "sayno", "--csv", "--assets").stdout))
    assert (row["public_id"], row["tags"]) == ("'=1+1", "'-1+2")


def test_the_table_is_for_people(standin: Standin, store: Store) -> None:
    fill(standin, store, 60)
    lines = run(standin, store, "sayno", "--assets").stdout.splitlines()
    assert lines[0].startswith("sayno: 10 there, ")
    assert lines[2].split()[:2] == ["approved", "3"]
    assert "    unlisted     nobody/knows  (here, ?)" in lines
    assert lines[-1].startswith("4 Admin API calls, ")


def test_it_changes_nothing_and_needs_a_store(standin: Standin, store: Store) -> None:
    fill(standin, store, 12)
    before = sorted(store.root.path.rglob("*"))
    assert run(standin, store).returncode == 0
    assert sorted(store.root.path.rglob("*")) == before
    (store.root.path / ".collagen").unlink()
    answer = run(standin, store)
    assert (answer.returncode, "is no store" in answer.stderr) == (1, True)


# Pure decisions


def row(public_id: str = "a", status: str = "approved", *, version: int = 1, at: float = 0.0) -> Listed:
    asset = Asset(public_id, f"id of {public_id}", "sayno", version, status == "approved", at, None, "https://x")
    return Listed(asset, status, at, "jpg", ())


@pytest.mark.parametrize("order", [1, -1])
def test_the_later_of_two_rows_about_one_asset_counts(order: int) -> None:
    old, new = row(status="pending", at=1), row(status="rejected", at=2)
    assert join([old, new][::order]) == [new]
    new = row(version=2)
    assert join([old, new][::order]) == [new]


def test_a_photo_held_that_no_list_knows_is_extra() -> None:
    (folder,) = compare([row("a")], {"sayno": {"a", "b"}}, [Campaign("sayno", "Say No", "sayno")])
    assert (folder.held, folder.missing, folder.extra) == (2, (), ("b",))
    assert [(one["public_id"], one["status"], one["held"]) for one in each(folder)] == [
        ("a", "approved", True),
        ("b", "unlisted", True),
    ]
