"""The command that stops mails to a person."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox.service import CAMPAIGNS
from tests.support import command
from tests.support.mailed import enrol, present, sent

ANN = "ann@example.org"


def run(store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    campaigns = store.root.path.parent / "campaigns.toml"
    campaigns.write_text(CAMPAIGNS)
    environ = {"COLLAGEN_STORE": str(store.root.path), "COLLAGEN_CAMPAIGNS": str(campaigns)}
    return command.run("unsubscribe", *arguments, environ=environ)


def withdrawn(store: Store, address: str = ANN) -> set[str]:
    """The campaigns from which this address has withdrawn."""
    return {name for name in ("sayno", "other", "test_prototype") if store.unsubscribes.addresses(name).has(address)}


def test_an_address_withdraws_from_every_campaign_with_all_its_photos(store: Store, exiftool: ExifTool) -> None:
    enrol(store, exiftool, "a/1", ANN)
    enrol(store, exiftool, "a/2", ANN.upper())
    enrol(store, exiftool, "b", "bob@example.org")
    enrol(store, exiftool, "c", ANN, "other")
    present(store, "unreadable")
    answer = run(store, ANN)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "sayno: no more mails; 2 photos" in answer.stdout
    assert "other: no more mails; 1 photo of" in answer.stdout
    assert withdrawn(store) == {"sayno", "other", "test_prototype"}
    assert not withdrawn(store, "bob@example.org")
    assert [store.unsubscribes.photo("sayno", name) for name in ("a/1", "a/2", "b")] == [True, True, False]
    assert ANN not in (store.root.path / "sayno/logs/unsubscribed.jsonl").read_text()


def test_only_the_campaigns_that_are_named_are_concerned(store: Store, exiftool: ExifTool) -> None:
    enrol(store, exiftool, "a", ANN)
    assert run(store, ANN, "--campaign", "other").returncode == 0
    assert withdrawn(store) == {"other"}
    assert not store.unsubscribes.photo("sayno", "a")


def test_the_address_as_it_was_submitted_counts_where_another_is_stored(store: Store, exiftool: ExifTool) -> None:
    stored = "collagen-test+ann-example-org@antb.me"
    enrol(store, exiftool, "a", stored, "test_prototype")
    assert "test_prototype: no more mails; 1 photo of" in run(store, ANN, "--campaign", "test_prototype").stdout
    assert withdrawn(store, stored) == {"test_prototype"}
    assert store.unsubscribes.photo("test_prototype", "a")


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("max@xn--mller-kva.example", "Max <max@MÜLLER.example>"),
        ("max@müller.example", "max@xn--mller-kva.example"),
        ("ann@example.org", "mailto:ann@example.org,"),
    ],
)
def test_any_spelling_of_the_address_will_do(store: Store, exiftool: ExifTool, stored: str, given: str) -> None:
    enrol(store, exiftool, "a", stored)
    assert "sayno: no more mails; 1 photo of" in run(store, given, "--campaign", "sayno").stdout
    assert withdrawn(store, stored) == {"sayno"}
    assert store.unsubscribes.photo("sayno", "a")


def test_a_photo_that_is_gone_is_found_in_the_log_of_mails(store: Store) -> None:
    present(store, "a")
    sent(store, "a", ANN.upper())
    store.photos.remove("sayno", "a")
    assert run(store, ANN).returncode == 0
    assert store.unsubscribes.photo("sayno", "a")


def test_again_is_fine(store: Store, exiftool: ExifTool) -> None:
    enrol(store, exiftool, "a", ANN)
    run(store, ANN)
    before = (store.root.path / "sayno/logs/unsubscribed.jsonl").read_bytes()
    assert run(store, ANN).returncode == 0
    assert (store.root.path / "sayno/logs/unsubscribed.jsonl").read_bytes() == before


@pytest.mark.parametrize(("arguments", "status"), [(["ann"], 2), ([], 2), ([ANN, "--campaign", "nowhere"], 1)])
def test_an_invalid_address_or_campaign_is_refused_in_one_line(store: Store, arguments: list[str], status: int) -> None:
    answer = run(store, *arguments)
    assert answer.returncode == status
    assert "Traceback" not in answer.stderr
    assert not list(store.root.path.glob("*/logs"))


def test_a_store_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    (store.root.path / ".collagen").unlink()
    answer = run(store, ANN)
    assert answer.returncode == 1
    assert "is no store" in answer.stderr
