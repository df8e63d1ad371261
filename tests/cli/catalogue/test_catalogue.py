"""The command `catalogue`, and the catalogue that arrivals, removals and `forget` leave behind."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cloudinary import Cloudinary
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.photos.entries import COLUMNS
from app.core.config import load_campaigns, load_settings
from app.core.sources import Hint
from app.services.processor.processor import Processor
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support import dated
from tests.support.command import run, run_alone
from tests.support.dated import Dated
from tests.support.sources import LONG_AGO, write

# tests/services/catalogue has many more
FEW = tuple(case for case in dated.CASES if case.name in ("berlin winter", "pisces", "nothing", "future", "camera"))
# without positions, so that no command has to load the tables of places, which takes two seconds
PLAIN = (
    Dated("pisces", "2024:03:20 12:00:00"),
    *(case for case in dated.CASES if case.name in ("nothing", "camera")),
)


class Bench:
    """A campaign `album` in a folder with dated pictures, and `sayno` in the stand-in."""

    def __init__(self, store: Store, standin: Standin, cases: Sequence[Dated] = FEW) -> None:
        self.store, self.standin, self.place = store, standin, store.root.path.parent
        self.pictures = dated.make(self.place / "pictures", cases)
        self.environ = environment(standin, store.root.path)
        self.rules("exact")

    def rules(self, catalogue: str | None, *, other: str | None = None) -> None:
        key, others = (f'catalogue = "{one}"' if one else "" for one in (catalogue, other))
        rules = f'[album]\nsource = "folder:pictures"\n{key}\n[sayno]\n{key}\n[other]\n{others}\n'
        (self.place / "campaigns.toml").write_text(rules)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, environ=self.environ | more)

    def run_alone(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run_alone(*arguments, environ=self.environ | more)

    def catalogue(self, campaign: str = "album") -> dict[str, dict[str, Any]]:
        answer = self.run("catalogue", campaign, "--json")
        assert (answer.returncode, answer.stderr) == (0, "")
        return {photo["public_id"]: photo for photo in json.loads(answer.stdout)["photos"]}

    def entries(self, campaign: str = "album") -> set[str]:
        return set(self.store.catalogue.read(campaign).entries)

    def upload(self, *names: str, folder: str = "sayno") -> None:
        for name in names:
            self.standin.upload(self.pictures[name].read_bytes(), name, folder=folder, email=f"{len(name)}@example.org")
            self.standin.approve(name)


@pytest.fixture
def bench(store: Store, standin: Standin) -> Bench:
    return Bench(store, standin)


@pytest.fixture
def plain(store: Store, standin: Standin) -> Bench:
    return Bench(store, standin, PLAIN)


def processed(bench: Bench, exiftool: ExifTool, *public_ids: str) -> list[str]:
    """Brings photos up to date; returns the paths and queries of the calls."""
    settings = load_settings(bench.environ, dotenv=Path("/nonexistent"))
    cloudinary = Cloudinary(settings.required_account(), settings.delivery_hosts)
    campaigns = load_campaigns(settings.campaigns_file)
    processor = Processor(cloudinary, bench.store, exiftool, campaigns)
    before = len(bench.standin.calls("api"))
    for public_id in public_ids:
        processor.process(Hint(public_id))
    processor.close()
    return [call["path"] for call in bench.standin.calls("api")[before:]]


def test_every_picture_of_a_folder_has_its_entry_as_soon_as_it_is_stored(bench: Bench, store: Store) -> None:
    assert bench.run("sync", "album").returncode == 0
    written = store.catalogue.path("album").read_bytes()
    assert bench.entries() == {case.name for case in FEW}
    found = bench.catalogue()
    for case in FEW:
        entry = found[case.name]
        assert {name: entry[name] for name in case.expected} == case.expected, case.name
        assert (entry["width"], entry["height"]) == (1500, 2000)
        assert entry["bytes"] == bench.pictures[case.name].stat().st_size
        assert (entry["archive_width"], entry["archive_height"]) == (1500, 2000)
        assert entry["archive_bytes"] == store.photos.archive_path("album", case.name).stat().st_size
        assert entry["sent_at"] == "2023-11-14T22:13:20Z"
        assert entry["stored_at"] >= entry["sent_at"]
    tidied = store.catalogue.path("album").read_bytes()
    assert sorted(tidied.splitlines()) == sorted(written.splitlines())
    bench.catalogue()
    assert store.catalogue.path("album").read_bytes() == tidied


def test_what_is_missing_is_filled_in_once_and_read_as_a_table_csv_and_json(bench: Bench) -> None:
    bench.rules(None)
    assert bench.run("sync", "album").returncode == 0
    assert not bench.store.catalogue.exists("album")
    refused = bench.run("catalogue", "album")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert 'album keeps no catalogue: add catalogue = "place"' in refused.stderr

    bench.rules("place")
    table = bench.run("catalogue", "album")
    assert table.returncode == 0
    assert "5 photos: 3 with a date, 3 with a place, 1 with a date that cannot be right; 5 filled in" in table.stdout
    assert "2099:06:01 12:00:00 (future)" in table.stdout
    assert "Mitte, State of Berlin, Germany" in table.stdout
    assert "0 filled in" in bench.run("catalogue", "album").stdout
    rows = list(csv.DictReader(io.StringIO(bench.run("catalogue", "album", "--csv").stdout)))
    assert tuple(rows[0]) == COLUMNS
    assert {row["public_id"]: row["zodiac"] for row in rows}["pisces"] == "Pisces"
    assert "52.5" not in bench.store.catalogue.path("album").read_text()

    bench.rules("exact")
    assert bench.catalogue()["pisces"]["latitude"] == pytest.approx(52.52)
    bench.rules("place")
    assert bench.catalogue()["pisces"]["latitude"] is None
    assert "52.5" not in bench.store.catalogue.path("album").read_text()


@pytest.mark.thorough
def test_a_replaced_picture_has_another_entry_and_a_rejected_or_deleted_one_has_none(plain: Bench) -> None:
    plain.run("sync", "album")
    dated.make(plain.place / "new", [Dated("pisces", "2024:07:15 12:00:00", tags={"Model": "another"})])
    (plain.place / "new/pisces.jpg").rename(plain.pictures["pisces"])
    (plain.place / "pictures/rejected").mkdir()
    plain.pictures["nothing"].rename(plain.place / "pictures/rejected/nothing.jpg")
    plain.pictures["camera"].unlink()
    plain.rules("exact")
    plain.run("sync", "album")
    assert plain.entries() == {"pisces"}
    found = plain.catalogue()["pisces"]
    assert (found["zodiac"], found["city"]) == ("Cancer", None)


def test_who_is_rejected_leaves_the_catalogue_even_if_it_is_not_kept_any_more(plain: Bench) -> None:
    plain.run("sync", "album")
    plain.rules(None)
    plain.pictures["pisces"].unlink()
    plain.run("sync", "album")
    assert plain.entries() == {case.name for case in PLAIN} - {"pisces"}
    assert "It kept one before: remove" in plain.run("catalogue", "album").stderr


def test_names_come_from_people_csv_or_the_context_and_never_hold_an_address(plain: Bench, exiftool: ExifTool) -> None:
    table = "file,email,name\npisces.jpg,ann@example.org,Ann Smith\ncamera.jpg,,bo@example.org\n"
    (plain.place / "pictures/people.csv").write_text(table)
    plain.run("sync", "album")
    assert {name: one["name"] for name, one in plain.catalogue().items()} == {
        "pisces": "Ann Smith",
        "camera": None,
        "nothing": None,
    }
    for name, context in (("pisces", {"name": "Cem"}), ("nothing", None)):
        plain.standin.upload(plain.pictures[name].read_bytes(), f"c-{name}", folder="sayno", context=context)
        plain.standin.approve(f"c-{name}")
    processed(plain, exiftool, "c-pisces", "c-nothing")
    found = plain.store.catalogue.read("sayno").entries
    assert {name: one.name for name, one in found.items()} == {"c-pisces": "Cem", "c-nothing": None}


def test_forget_takes_the_entry_and_every_line_that_may_be_the_persons(plain: Bench) -> None:
    (plain.place / "pictures/people.csv").write_text("file,email\npisces.jpg,ann@example.org\n")
    plain.run("sync", "album")
    path, aside = plain.store.catalogue.path("album"), plain.store.catalogue.aside("album")
    path.write_bytes(path.read_bytes() + b'{"public_id": "pisces", "vers\n')
    plain.run("catalogue", "album")
    assert aside.exists()
    answer = plain.run("forget", "ann@example.org", "--yes", "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["catalogue_lines_removed"] == 2
    assert b"pisces" not in path.read_bytes()
    assert not aside.exists()
    assert plain.entries() == {case.name for case in PLAIN} - {"pisces"}


def test_a_damaged_line_is_named_kept_aside_and_filled_in_again(plain: Bench) -> None:
    plain.run("sync", "album")
    path = plain.store.catalogue.path("album")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:40] + b"\n", *lines[2:]]))
    checked = plain.run("check", "album")
    assert checked.returncode == 1
    assert f"{path}: is damaged in line 2; python -m app catalogue album keeps them aside" in checked.stdout
    shown = plain.run("catalogue", "album")
    assert "line 2 cannot be read; kept in" in shown.stderr
    assert "1 filled in" in shown.stdout
    assert plain.entries() == {case.name for case in PLAIN}
    aside = plain.store.catalogue.aside("album")
    assert aside.read_bytes() == lines[1][:40] + b"\n"
    assert str(aside) in plain.run("check", "album").stdout
    aside.unlink()
    assert plain.run("check", "album").returncode == 0


def test_check_finds_and_removes_entries_of_photos_that_are_gone(plain: Bench) -> None:
    plain.run("sync", "album")
    plain.store.photos.remove("album", "pisces")  # as a process does that is killed then
    assert "has 1 entry about photos that are gone" in plain.run("check", "album").stdout
    assert "removed" in plain.run("check", "album", "--repair").stdout
    assert plain.entries() == {case.name for case in PLAIN} - {"pisces"}


def test_without_the_tables_of_places_photos_are_stored_and_the_command_says_what_installs_them(bench: Bench) -> None:
    (bench.place / "sitecustomize.py").write_text('import sys\nsys.modules["reverse_geocode"] = None\n')
    without = {"PYTHONPATH": str(bench.place)}
    assert bench.run_alone("sync", "album", **without).returncode == 0
    assert bench.store.photos.count("album") == len(FEW)
    assert bench.store.catalogue.read("album").entries["berlin winter"].pending
    refused = bench.run_alone("catalogue", "album", **without)
    assert refused.returncode == 1
    assert "scripts/setup --catalogue" in refused.stderr
    assert "scripts/setup --catalogue" in bench.run_alone("doctor", **without).stdout
    assert bench.catalogue()["berlin winter"]["city"] == "Mitte"
    assert not bench.store.catalogue.read("album").entries["berlin winter"].pending


def test_cloudinary_says_it_in_the_call_that_is_made_anyway(bench: Bench, exiftool: ExifTool) -> None:
    names = [case.name for case in FEW]
    bench.upload(*names)
    bench.rules(None)
    assert len(processed(bench, exiftool, *names)) == len(names)
    assert bench.store.catalogue.exists("sayno") is False
    for name in names:
        bench.store.photos.remove("sayno", name)
    bench.rules("exact")
    assert len(processed(bench, exiftool, *names)) == len(names)
    found = bench.catalogue("sayno")
    for case in FEW:
        entry = found[case.name]
        assert {name: entry[name] for name in case.expected} == case.expected, case.name
        assert entry["bytes"] == bench.pictures[case.name].stat().st_size
    bench.standin.reject("pisces")
    processed(bench, exiftool, "pisces")
    assert bench.entries("sayno") == set(names) - {"pisces"}


@pytest.mark.thorough
def test_filling_costs_one_call_a_photo_and_then_none(bench: Bench, exiftool: ExifTool) -> None:
    bench.upload("pisces", "camera", "nothing")
    bench.rules(None)
    processed(bench, exiftool, "pisces", "camera", "nothing")
    bench.rules("place")
    for calls in (3, 0):
        before = len(bench.standin.calls("api"))
        assert set(bench.catalogue("sayno")) == {"pisces", "camera", "nothing"}
        assert len(bench.standin.calls("api")) - before == calls
    assert bench.catalogue("sayno")["pisces"]["city"] == "Mitte"


def test_a_campaign_without_the_key_keeps_nothing_beside_one_that_has_it(plain: Bench, exiftool: ExifTool) -> None:
    plain.upload("pisces", folder="other")
    processed(plain, exiftool, "pisces")
    assert plain.store.photos.has("other", "pisces")
    assert not plain.store.catalogue.exists("other")


@pytest.mark.thorough
def test_a_photo_that_moves_takes_its_entry_along(bench: Bench, exiftool: ExifTool) -> None:
    bench.rules("place", other="exact")
    bench.upload("pisces")
    processed(bench, exiftool, "pisces")
    bench.standin.move("pisces", "other")
    processed(bench, exiftool, "pisces")
    assert (bench.entries("sayno"), bench.entries("other")) == (set(), {"pisces"})
    assert bench.store.catalogue.read("other").entries["pisces"].latitude == pytest.approx(52.52)


def test_a_photo_that_has_changed_in_its_source_is_named(plain: Bench) -> None:
    plain.rules(None)
    plain.run("sync", "album")
    plain.rules("place")
    write(plain.pictures["pisces"], plain.pictures["camera"].read_bytes(), LONG_AGO + 5)
    answer = plain.run("catalogue", "album")
    assert answer.returncode == 1
    assert "pisces differs from its source; python -m app sync album brings it up to date" in answer.stderr
    assert "2 filled in" in answer.stdout


def test_what_was_asked_for_before_a_failure_is_not_asked_for_again(plain: Bench, exiftool: ExifTool) -> None:
    names = [case.name for case in PLAIN]
    plain.upload(*names)
    plain.rules(None)
    processed(plain, exiftool, *names)
    plain.rules("place")
    plain.standin.faults("api", "status", status=500, skip=2)
    answer = plain.run("catalogue", "sayno")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Error: Cloudinary could not be asked")
    assert len(plain.entries("sayno")) == 2
    before = len(plain.standin.calls("api"))
    assert set(plain.catalogue("sayno")) == set(names)
    assert len(plain.standin.calls("api")) - before == len(names) - 2
