"""Pictures with known place, date and zone: every field of the catalogue is right, however the picture was read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.cloudinary.asset import read_original
from app.adapters.imaging import Decoder
from app.adapters.places import Places
from app.adapters.store.photos.entries import Entry
from app.core.sources import Asset, Original
from app.services.catalogue.describing import LONGEST_NAME, camera, describe, name
from app.services.catalogue.positions import position
from tests.support import dated

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    running = Places()
    yield running
    running.close()


@pytest.fixture(scope="module", params=["decoder", "cloudinary"])
def originals(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Original]:
    """The pictures as our decoder reads them from a folder, and as Cloudinary says, which asks exiftool."""
    paths = dated.make(tmp_path_factory.mktemp("dated"))
    if request.param == "decoder":
        decoder = Decoder()
        found = {name: decoder.original(path.read_bytes()) for name, path in paths.items()}
        decoder.close()
        return found
    done = subprocess.run(["exiftool", "-j", *map(str, paths.values())], capture_output=True, check=True)
    rows = {Path(row["SourceFile"]).stem: row for row in json.loads(done.stdout)}
    answers = {name: {"width": 1500, "height": 2000, "bytes": path.stat().st_size} for name, path in paths.items()}
    read = {name: read_original(answer | {"media_metadata": rows[name]}) for name, answer in answers.items()}
    return {name: one for name, one in read.items() if one is not None}


def entries(originals: dict[str, Original], places: Places, *, exact: bool) -> dict[str, Entry]:
    where = {name: position(one.tags) for name, one in originals.items()}
    there = {name: place for name, place in where.items() if place}
    spots = dict(zip(there, places.find(list(there.values())) or (), strict=True))
    assets = {
        name: Asset(name, "id", "sayno", 7, True, 1.7e9, None, "", original=one) for name, one in originals.items()
    }
    return {name: describe(one, spots.get(name), None, exact=exact, now=NOW) for name, one in assets.items()}


def test_every_field_is_right(originals: dict[str, Original], places: Places) -> None:
    assert len(dated.CASES) >= 40
    found = entries(originals, places, exact=True)
    for case in dated.CASES:
        entry = found[case.name]
        assert {name: getattr(entry, name) for name in case.expected} == case.expected, case.name
        assert (entry.width, entry.height) == (1500, 2000)
        assert entry.bytes is not None
        assert not entry.pending
        if case.at is not None and case.name != "null island":
            assert (entry.latitude, entry.longitude) == pytest.approx(case.at, abs=1e-4), case.name
        else:
            assert (entry.latitude, entry.longitude) == (None, None)


def test_only_an_exact_catalogue_keeps_positions(originals: dict[str, Original], places: Places) -> None:
    found = entries(originals, places, exact=False)
    assert {one.latitude for one in found.values()} | {one.longitude for one in found.values()} == {None}
    assert found["berlin winter"].city == "Mitte"


def test_what_could_not_be_looked_up_is_pending(originals: dict[str, Original]) -> None:
    asset = Asset("a", "id", "sayno", 7, True, 1.7e9, None, "", original=originals["berlin winter"])
    entry = describe(asset, None, None, exact=True, now=NOW)
    assert entry.pending
    assert (entry.taken, entry.zone, entry.taken_at) == ("2024:01:15 12:00:00", None, None)


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("Canon", "Canon EOS R6", "Canon EOS R6"),
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("", "X100", "X100"),
        ("Leica", "", "Leica"),
        ("", "", None),
        ("NIKON\x1b[31m", "=1+1\n", "NIKON [31m =1+1"),
        ("a" * 300, "b", "a" * 100),
    ],
)
def test_a_camera_is_named_once_and_by_what_can_be_shown(make: str, model: str, shown: str | None) -> None:
    assert camera({"Make": make, "Model": model}) == shown


@pytest.mark.parametrize(
    ("person", "known"),
    [
        (None, None),
        (" \t", None),
        ("Ada\x1b[31m\nLovelace ", "Ada [31m Lovelace"),
        ("ada@example.org", None),
        ("Ada (ada\uff20example.org)", None),
        ("a" * 200, "a" * LONGEST_NAME),
        ("עדה", "עדה"),
    ],
)
def test_a_name_is_one_line_and_never_an_address(person: str | None, known: str | None) -> None:
    assert name(person) == known
    asset = Asset("a", "id", "sayno", 7, True, 1.7e9, "ada@example.org", "", person=person)
    assert describe(asset, None, None, exact=False, now=NOW).name == known
