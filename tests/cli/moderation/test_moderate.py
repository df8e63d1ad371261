"""`python -m app moderate`: what waits, approved and rejected by a command."""

from __future__ import annotations

import json

from app.adapters.store import Store
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from tests.support.command import run
from tests.support.moderation import put_waiting
from tests.support.sources import write


def statuses(standin: Standin) -> dict[str, str]:
    return {name: asset["status"] for name, asset in standin.state()["assets"].items()}


def test_photos_are_listed_approved_by_name_and_the_rest_rejected(standin: Standin, store: Store) -> None:
    put_waiting(standin, 5)
    environ = environment(standin, store.root.path)
    listed = run("moderate", "sayno", environ=environ).stdout.splitlines()
    assert [line.split("  ")[1:] for line in listed[:2]] == [["p000", "Person p000"], ["p001", "Person p001"]]
    assert listed[-1] == "5 pending, 0 approved, 0 rejected"
    answer = run("moderate", "sayno", "--approve", "p000", "p001", environ=environ)
    assert (answer.returncode, answer.stdout) == (0, "sayno: 2 photos approved\n")
    answer = run("moderate", "sayno", "--reject", "--all-pending", "--json", environ=environ)
    assert json.loads(answer.stdout) == {
        "campaign": "sayno",
        "status": "rejected",
        "done": ["p002", "p003", "p004"],
        "failed": {},
    }
    assert list(statuses(standin).values()) == ["approved", "approved", "rejected", "rejected", "rejected"]


def test_a_photo_that_is_not_there_is_named_and_the_others_are_done(standin: Standin, store: Store) -> None:
    put_waiting(standin, 1)
    answer = run("moderate", "sayno", "--approve", "gone", "p000", environ=environment(standin, store.root.path))
    assert (answer.returncode, answer.stdout) == (1, "sayno: 1 photo approved\n")
    assert answer.stderr == "  gone: There is no photo gone in sayno any more.\n"


def test_it_must_be_clear_what_to_do_with_which_photos(standin: Standin, store: Store) -> None:
    environ = environment(standin, store.root.path)
    for arguments, said in (
        (("--approve",), "--all-pending"),
        (("--approve", "--all-pending", "a"), "--all-pending"),
        (("a",), "--approve or --reject"),
    ):
        answer = run("moderate", "sayno", *arguments, environ=environ)
        assert (answer.returncode, said in answer.stderr) == (2, True)


def test_a_folder_is_moderated_without_an_account(store: Store) -> None:
    place = store.root.path.parent
    (place / "campaigns.toml").write_text('[album]\nsource = "folder:pictures"\n')
    write(place / "pictures/pending/a.jpg", b"a picture")
    environ = {"COLLAGEN_STORE": str(store.root.path), "COLLAGEN_CAMPAIGNS": str(place / "campaigns.toml")}
    answer = run("moderate", "album", "--approve", "--all-pending", environ=environ)
    assert (answer.returncode, answer.stdout) == (0, "album: 1 photo approved\n")
    assert (place / "pictures/a.jpg").exists()
