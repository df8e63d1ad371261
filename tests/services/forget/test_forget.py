"""Erasure: nothing of the person is left, nothing brings them back, and everyone else stays."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.photos.entries import Entry
from app.core.errors import CloudinaryUnavailable, NotFound
from app.core.sources import Hint
from app.services.collage import job
from app.services.collage.plan import Parameters
from app.services.forget.traces import Person
from scripts.sandbox import mirror
from scripts.sandbox.samples import person
from tests.support.command import run
from tests.support.forgetting import ANN, Bench, search
from tests.support.tiers import sampled


def test_after_forget_no_file_of_the_store_has_the_address_and_no_collage_the_face(bench: Bench) -> None:
    for number in range(4):
        bench.add(f"p{number}", ANN if number == 1 else f"other{number}@example.org", seed=number)
    bench.file_note("sayno", "p1", {"public_id": "p1", "context": {"custom": {"email": ANN}}})
    bench.file_note(None, "p1", {"public_id": "zzz", "context": {"custom": {"email": ANN.upper()}}})
    bench.file_note("sayno", "p2", {"public_id": "p2"})
    before = bench.collage()
    assert "p1" in {tile["public_id"] for tile in before["tiles"]}
    old = bench.master("0001")

    receipt = bench.forgetting.forget(ANN)

    assert search(bench.store, ANN) == []
    assert bench.store.photos.holders("p1") == {}
    assert bench.standin.asset("p1")["status"] == "rejected"
    after = bench.store.collages.manifest("sayno", "0001").as_json()
    assert "p1" not in json.dumps(after)
    assert (after["revision"], after["created_at"]) == (2, before["created_at"])
    assert {tile["public_id"] for tile in after["tiles"]} <= {"p0", "p2", "p3"}
    assert bench.master("0001").shape == old.shape
    assert not np.array_equal(bench.master("0001"), old)
    assert (receipt.photos_found, receipt.photos_removed, receipt.rejected_in_cloudinary) == (1, 1, 1)
    assert (receipt.notifications_removed, receipt.collages_rebuilt) == (2, ["sayno/0001"])
    assert receipt.log_lines_removed >= 2
    # everyone else stays
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["p0", "p2", "p3"]
    assert len(list((bench.store.root.path / "sayno/logs/webhooks").rglob("*.json"))) == 1
    assert "SYNCED p2" in (bench.store.root.path / "sayno/logs/processor.log").read_text()


def test_opens_mails_and_withdrawals_of_the_person_go_and_that_they_want_no_mail_stays(bench: Bench) -> None:
    bench.add("supporter-1", ANN)
    bench.add("supporter-2", "jo@example.org", seed=2)
    now = datetime.now(UTC)
    for public_id, address in (("supporter-1", ANN), ("supporter-2", "jo@example.org")):
        bench.store.opens.add("sayno", now, {"collage": "0001", "photo": public_id, "class": "human"})
        for state in ("intended", "sent"):
            record = {"state": state, "collage": "0001", "photo": public_id, "address": address, "message_id": "<x@y>"}
            bench.store.sends.add("sayno", record)
        bench.store.unsubscribes.add("sayno", now, address, [public_id])
    receipt = bench.forgetting.forget(ANN)
    assert receipt.log_lines_removed >= 4
    assert search(bench.store, ANN, "supporter-1") == []
    assert [record["photo"] for record in bench.store.opens.read("sayno")] == ["supporter-2"]
    assert [record["photo"] for record in bench.store.sends.read("sayno")] == ["supporter-2"] * 2
    assert not bench.store.unsubscribes.photo("sayno", "supporter-1")
    assert bench.store.unsubscribes.photo("sayno", "supporter-2")
    assert bench.store.unsubscribes.addresses("sayno").has(ANN), "who was forgotten is not written to either"


def test_the_files_of_a_collage_that_was_built_anew_are_those_of_its_manifest(bench: Bench) -> None:
    for number in range(4):
        bench.add(f"supporter-{number}", f"p{number}@example.org", seed=number)
    bench.collage()
    bench.forgetting.forget("supporter-2")
    manifest = bench.store.collages.manifest("sayno", "0001").as_json()
    directory = bench.store.collages.file("sayno", "0001", "manifest.json").parent
    assert {path.name: path.stat().st_size for path in directory.iterdir() if path.name != "manifest.json"} == {
        file["name"]: file["bytes"] for file in manifest["files"]
    }
    assert search(bench.store, "supporter-2", "p2@example.org") == []


def test_nothing_brings_the_photo_back(bench: Bench) -> None:
    bench.add("a/b", ANN)
    bench.forgetting.forget(ANN)
    assert bench.processor.process(Hint("a/b")).status == "unchanged"
    assert bench.store.photos.holders("a/b") == {}


def test_the_rewritten_address_of_a_trial_is_forgotten_too(bench: Bench) -> None:
    bench.add("t", "user@example.com", "test_prototype")
    assert search(bench.store, "collagen-test+user-example-com@antb.me")
    bench.forgetting.forget("user@example.com")
    assert search(bench.store, "collagen-test+user-example-com@antb.me", "user@example.com") == []


def test_every_photo_of_an_address_is_forgotten_in_every_campaign(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.add("b", "ANN@example.org", "other")
    bench.add("c", "jo@example.org")
    bench.standin.upload(person(1), "rejected", folder="sayno", email=ANN, moderation="rejected", notify=False)
    bench.standin.upload(person(1), "pending", folder="sayno", email=ANN, notify=False)
    bench.standin.upload(person(1), "holiday", folder="holidays", email=ANN, moderation="approved", notify=False)
    receipt = bench.forgetting.forget(ANN)
    statuses = {public_id: asset["status"] for public_id, asset in bench.standin.state()["assets"].items()}
    assert statuses == {
        "a": "rejected", "b": "rejected", "pending": "rejected", "rejected": "rejected", "c": "approved",
        "holiday": "approved",
    }  # fmt: skip
    assert receipt.photos_found == 4
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["c"]


def damage(bench: Bench, collage: str) -> None:
    (bench.store.collages.directory("sayno", collage) / "manifest.json").write_bytes(b"null")


def test_a_collage_that_nobody_can_read_is_withdrawn_as_it_may_show_the_person(bench: Bench) -> None:
    for number in range(4):
        bench.add(f"p{number}", f"{number}@example.org", seed=number)
    for _ in range(2):
        bench.collage()
    damage(bench, "0001")
    receipt = bench.forgetting.forget("p1")
    assert (receipt.damaged_collages_withdrawn, receipt.collages_rebuilt) == (["sayno/0001"], ["sayno/0002"])
    assert list(bench.store.collages.directory("sayno", "0001").iterdir()) == []
    assert "p1" not in json.dumps(bench.store.collages.manifest("sayno", "0002").as_json())
    assert bench.collage()["id"] == "0003", "the number is not used again"


def test_what_a_withdrawal_that_was_cut_off_left_goes_too(bench: Bench) -> None:
    bench.add("p0", ANN)
    bench.collage()
    (bench.store.collages.directory("sayno", "0001") / "manifest.json").unlink()
    assert bench.forgetting.forget("p0").damaged_collages_withdrawn == ["sayno/0001"]
    assert list(bench.store.root.path.glob("sayno/collages/0001/*")) == []


def test_for_an_unknown_person_no_collage_is_withdrawn_and_the_doubt_is_reported(bench: Bench) -> None:
    bench.add("p0", ANN)
    bench.collage()
    damage(bench, "0001")
    with pytest.raises(NotFound, match=r"nothing was changed\. But nobody can tell whom sayno/0001 shows"):
        bench.forgetting.forget("nobody@example.org")
    assert (bench.store.collages.directory("sayno", "0001") / "collage.png").exists()


def test_lines_and_notifications_that_are_cut_in_the_middle_of_the_address_go(bench: Bench) -> None:
    bench.add("p0", ANN)
    bench.add("p1", "jo@example.org", seed=2)
    bench.store.opens.add("sayno", datetime.now(UTC), {"collage": "0001", "photo": "p1", "class": "human"})
    logs = bench.store.root.path / "sayno/logs"
    (logs / "sends.jsonl").write_text('{"state": "sent", "address": "ann@exam\n')
    (logs / "opens/20261120.old.jsonl").write_text('{"class": "human", "photo": "ann@exam')
    (logs / "webhooks/20261120").mkdir(parents=True)
    (logs / "webhooks/20261120/1.json").write_text('{"context": "ann@exam')
    (logs / "webhooks/20261120/2.json").write_text('{"context": "jo"}')
    receipt = bench.forgetting.forget("p0")
    assert receipt.notifications_removed == 1
    assert search(bench.store, "ann@exam") == []
    assert (logs / "webhooks/20261120/2.json").exists()
    assert [record["photo"] for record in bench.store.opens.read("sayno")] == ["p1"]
    assert "SYNCED p1" in (logs / "processor.log").read_text()


def test_a_campaign_that_is_not_named_is_left_alone(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.add("b", ANN, "other")
    bench.forgetting.forget(ANN, ["other"])
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["a"]
    assert bench.store.photos.all("other") == []


def test_an_address_that_someone_else_has_too_stays_with_them(bench: Bench) -> None:
    bench.add("a", "family@example.org")
    bench.add("b", "family@example.org")
    bench.forgetting.forget("a")
    assert mirror.user_comment(bench.store.photos.archive_path("sayno", "b")) == "family@example.org"


def test_deleting_takes_the_photo_out_of_cloudinary_at_the_end(bench: Bench) -> None:
    bench.add("a", ANN)
    assert bench.forgetting.forget(ANN, delete=True).deleted_in_cloudinary == 1
    assert bench.standin.state()["assets"] == {}


def test_a_collage_of_nobody_else_is_withdrawn_and_its_number_not_given_away(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.collage()
    receipt = bench.forgetting.forget(ANN)
    assert (receipt.collages_withdrawn, bench.store.collages.ids("sayno")) == (["sayno/0001"], [])
    assert list(bench.store.root.path.glob("sayno/collages/0001/*")) == []
    bench.add("b", None)
    assert bench.collage()["id"] == "0002"


def test_a_collage_that_is_being_built_meanwhile_does_not_show_the_person_either(bench: Bench) -> None:
    for number in range(4):
        bench.add(f"supporter-{number}", ANN if number == 0 else None, seed=number)
    build = job.start(bench.store, "sayno", Parameters(width=1500, height=2000))
    bench.forgetting.forget(ANN)
    build.wait(300)
    shown = bench.store.collages.manifest("sayno", "0001").shown
    assert shown
    assert "supporter-0" not in shown


def test_someone_who_was_left_out_is_not_named_any_more(bench: Bench) -> None:
    for number in range(3):
        bench.add(f"p{number}", f"p{number}@example.org", seed=number)
    manifest = bench.collage()
    left_out = manifest["left_out"]
    if left_out:
        receipt = bench.forgetting.forget(left_out[0])
        assert receipt.manifests_rewritten == ["sayno/0001"]
    assert left_out[:1] != list(bench.store.collages.manifest("sayno", "0001").left_out[:1]) or not left_out


def test_when_cloudinary_cannot_be_reached_nothing_is_touched(bench: Bench) -> None:
    bench.add("a", ANN)
    before = {path: path.read_bytes() for path in bench.store.root.path.rglob("*") if path.is_file()}
    bench.standin.faults("api", "status", times=None, status=500)
    with pytest.raises(CloudinaryUnavailable):
        bench.forgetting.forget(ANN)
    assert {path: path.read_bytes() for path in bench.store.root.path.rglob("*") if path.is_file()} == before


def test_forget_that_was_cut_off_goes_on_when_it_is_run_again(bench: Bench) -> None:
    for number in range(3):
        bench.add(f"supporter-{number}", ANN if number == 0 else None, seed=number)
    bench.collage()
    # up to the rejection: the archive, which had the address, is gone
    bench.standin.reject("supporter-0", notify=False)
    bench.processor.process(Hint("supporter-0"))
    receipt = bench.forgetting.forget(ANN)
    assert receipt.collages_rebuilt == ["sayno/0001"]
    assert search(bench.store, ANN, "supporter-0") == []


def test_the_command_prints_a_receipt_without_personal_data(bench: Bench) -> None:
    bench.add("supporters/ann", ANN)
    answer = run("forget", ANN, environ=bench.environ)
    assert (answer.returncode, "ann" in answer.stdout.replace("campaigns", "")) == (0, False)
    assert "photos removed" in answer.stdout
    again = run("forget", ANN, "--json", environ=bench.environ)
    assert json.loads(again.stdout)["photos_removed"] == 0


def command(bench: Bench, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("forget", "--yes", *arguments, environ=bench.environ)


@pytest.mark.parametrize("whom", ["selfie-999", "nobody@example.org"])
def test_an_unknown_person_is_an_error_of_one_sentence(bench: Bench, whom: str) -> None:
    bench.add("selfie-1", ANN)
    answer = command(bench, whom)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"Error: Neither the store nor Cloudinary has anything of {whom!r}; nothing was changed.\n"
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["selfie-1"]


def test_a_photo_that_is_gone_everywhere_is_forgotten_where_it_is_still_named(bench: Bench) -> None:
    bench.file_note("sayno", "selfie-1", {"public_id": "selfie-1"})
    assert bench.forgetting.forget("selfie-1").notifications_removed == 1
    with pytest.raises(NotFound):
        bench.forgetting.forget("selfie-1")


SPELLINGS = [
    ("Kim Smith <kim@example.org>", "kim@example.org"),
    ("mailto:kim@example.org", "kim@example.org"),
    ("kim@example.org.", "kim@example.org"),
    ("kim@example.org,", "kim@example.org"),
    ("kim@example.org\u200b", "kim@example.org"),
    ("\ufeffkim@example.org", "kim@example.org"),
    ("kim@EXAMPLE.org", "kim@example.org"),
    ("kim@m\u00fcller.example", "kim@xn--mller-kva.example"),
    ("kim..smith@docomo.ne.jp", '"kim..smith"@docomo.ne.jp'),
    ("k\u00edm@example.org", "k\u00edm@example.org"),  # unusable, but it is what was typed
]


@pytest.mark.parametrize(("typed", "other"), sampled(SPELLINGS, every=3))
def test_every_spelling_finds_the_photo_that_was_sent_with_any_other(bench: Bench, typed: str, other: str) -> None:
    bench.add("b", "jo@example.org", seed=2)
    bench.add("a", typed)
    bench.file_note(None, "x", {"public_id": "x", "context": {"custom": {"email": typed}}})
    assert bench.forgetting.forget(other).photos_removed == 1
    bench.add("c", other)
    assert bench.forgetting.forget(typed).photos_removed == 1
    assert bench.standin.asset("a")["status"] == bench.standin.asset("c")["status"] == "rejected"
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["b"]
    assert search(bench.store, typed, other) == []


def test_an_address_that_was_stored_before_there_was_one_form_is_found(bench: Bench) -> None:
    bench.add("a", None)
    path = bench.store.photos.archive_path("sayno", "a")
    bench.exiftool.write(path, replace(bench.exiftool.read([path])[path], email="mailto:Kim@M\u00fcller.example."))
    assert bench.forgetting.forget("kim@xn--mller-kva.example").photos_removed == 1


def test_a_photo_that_was_stored_without_its_address_is_found_by_cloudinarys_context(bench: Bench) -> None:
    bench.add("a", None)
    bench.standin.set_email("a", "Ann Smith <ann@example.org>", notify=False)
    for public_id, status in (("waiting", "pending"), ("refused", "rejected")):
        bench.standin.upload(person(1), public_id, folder="sayno", email=f"<{ANN}>", moderation=status, notify=False)
    receipt = bench.forgetting.forget(ANN)
    assert (receipt.photos_found, receipt.photos_removed) == (3, 1)
    assert bench.standin.asset("waiting")["status"] == "rejected"


def test_a_text_that_many_type_instead_of_an_address_names_nobody(bench: Bench) -> None:
    bench.add("a", "-")
    bench.add("b", "jo@example.org", seed=2)
    with pytest.raises(NotFound):
        bench.forgetting.forget("@")
    bench.forgetting.forget("a")
    assert "SYNCED b" in (bench.store.root.path / "sayno/logs/processor.log").read_text()


def test_other_addresses_that_may_be_the_persons_are_named_and_left_alone(bench: Bench) -> None:
    bench.add("a", "ann.smith@gmail.com")
    bench.add("b", "annsmith+selfie@googlemail.com", seed=2)
    bench.standin.upload(person(1), "waiting", folder="sayno", email="a.n.n.smith@gmail.com", notify=False)
    answer = command(bench, "ann.smith@gmail.com")
    assert (answer.returncode, "@" in answer.stdout) == (0, False)
    for other in ("a.n.n.smith@gmail.com", "annsmith+selfie@googlemail.com"):
        assert f"Also? {other} may be the same person's." in answer.stderr
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["b"]
    assert bench.standin.asset("waiting")["status"] == "pending"


def test_a_public_id_may_look_like_an_address(bench: Bench) -> None:
    bench.add("photos/ann@example.org", None)
    assert bench.forgetting.forget("photos/ann@example.org").photos_removed == 1


SOMEONE = Person(frozenset(["a/b", "x"]), frozenset([ANN]))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("2026-11-20T06:19:39Z SYNCED a/b version 3", True),
        ("2026-11-20T06:19:39Z SYNCED a/b2 version 3", False),
        ("2026-11-20T06:19:39Z SYNCED c/a/b version 3", False),
        ("2026-11-20T06:19:39Z SYNCED xy version 3", False),
        ("2026-11-20T06:19:39Z ERROR c the address Ann@Example.org", True),
        ("2026-11-20T06:19:39Z ERROR c the address joann@example.org", False),
        ('{"to": "ann@example.org"}', True),
        ('{"photo": "x"}', True),
        ('{"photo": "xx"}', False),
    ],
)
def test_a_line_names_the_person_or_someone_else(line: str, named: bool) -> None:
    assert SOMEONE.is_in_line(line) is named


@given(st.text(min_size=1), st.lists(st.text()))
def test_a_document_that_holds_an_id_anywhere_names_the_person(public_id: str, others: list[str]) -> None:
    someone = Person(frozenset([public_id]), frozenset())
    documents: list[dict[str, Any]] = [
        {"resources": {public_id: {}}},
        {"resources": [{"public_id": public_id}, *others]},
    ]
    for document in documents:
        assert someone.is_in_document(json.dumps(document).encode())
    assert someone.is_in_document(json.dumps({"x": others}).encode()) == (public_id in [*others, "x"])


@given(st.binary())
def test_any_bytes_can_be_looked_through(raw: bytes) -> None:
    SOMEONE.is_in_document(raw)


def test_only_the_persons_entry_leaves_the_catalogue_whatever_the_others_say(bench: Bench) -> None:
    bench.add("Berlin", ANN)
    bench.add("p2", "ben@example.org", seed=2)
    bench.store.catalogue.add("sayno", [Entry("Berlin", "id", 1), Entry("p2", "id", 1, city="Berlin")])
    receipt = bench.forgetting.forget(ANN)
    assert (receipt.catalogue_lines_searched, receipt.catalogue_lines_removed) == (2, 1)
    assert bench.store.catalogue.read("sayno").entries == {"p2": Entry("p2", "id", 1, city="Berlin")}


def test_the_catalogue_of_a_campaign_that_is_no_longer_in_campaigns_toml_is_searched(bench: Bench) -> None:
    bench.add("p1", ANN)
    for public_id in ("p1", "p2"):
        bench.store.photos.put("retired", public_id, b"archive", b"intermediate", 1.7e9, 5)
    bench.store.catalogue.add("retired", [Entry("p1", "id", 1), Entry("p2", "id", 1)])
    bench.forgetting.forget(ANN)
    assert set(bench.store.catalogue.read("retired").entries) == {"p2"}
