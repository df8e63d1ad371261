"""Erasure reaches every corner: retired campaigns, odd IDs, cursors, caches, old logs, late arrivals."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.scratch import PREFIX
from app.adapters.store.state.erasures import FORGOTTEN, KEPT
from app.services.intake import Intake
from app.services.wall.cache import UNUSED, Cache
from app.services.wall.erasing import Erasing
from scripts.sandbox.samples import person
from tests.support.forgetting import ANN, Bench, search


def retire(bench: Bench, campaign: str, name: str) -> None:
    """Leaves in the store the remains of a campaign that is no longer in campaigns.toml."""
    (bench.store.root.path / campaign).rename(bench.store.root.path / name)


def test_a_campaign_that_is_no_longer_in_the_rules_is_searched_and_its_collages_are_built_anew(bench: Bench) -> None:
    for number in range(4):
        bench.add(f"supporter-{number}", ANN if number == 1 else f"other{number}@example.org", seed=number)
    bench.collage()
    bench.file_note("sayno", "supporter-1", {"public_id": "supporter-1", "email": ANN})
    retire(bench, "sayno", "last_year")
    receipt = bench.forgetting.forget(ANN)
    assert receipt.retired_campaigns == ["last_year"]
    assert (receipt.photos_removed, receipt.collages_rebuilt) == (1, ["last_year/0001"])
    assert bench.standin.asset("supporter-1")["status"] == "rejected"
    assert search(bench.store, ANN, "supporter-1") == []
    assert [photo.public_id for photo in bench.store.photos.all("last_year")] == [
        "supporter-0",
        "supporter-2",
        "supporter-3",
    ]


def test_a_retired_campaign_can_be_named_and_one_that_never_was_cannot(bench: Bench) -> None:
    bench.add("a", ANN)
    retire(bench, "sayno", "last_year")
    bench.add("b", ANN)
    assert bench.forgetting.forget(ANN, ["last_year"]).photos_removed == 1
    assert [photo.public_id for photo in bench.store.photos.all("sayno")] == ["b"]
    with pytest.raises(Exception, match="There is no campaign 'next_year'"):
        bench.forgetting.forget(ANN, ["next_year"])


def test_photos_in_cloudinary_are_found_in_the_folder_that_a_retired_campaign_had(bench: Bench) -> None:
    bench.add("a", "someone@example.org")
    bench.store.syncs.keep_rules("last_year", {"folder": "holidays"})
    retire(bench, "sayno", "last_year")
    bench.standin.upload(person(1), "h", folder="holidays", email=ANN, moderation="approved", notify=False)
    bench.forgetting.forget(ANN)
    assert bench.standin.asset("h")["status"] == "rejected"


def test_looks_their_log_and_notes_about_looks_that_failed_are_erased(bench: Bench) -> None:
    for number, public_id in enumerate(("ann", "ben")):
        bench.add(public_id, f"{public_id}@example.org", seed=number)
        bench.store.looks.put("sayno", "dark", public_id, (b"a result", "jpg"), b"small", 1)
        bench.store.looks.fail("sayno", "bright", public_id, {"identifier": public_id, "reason": "Nobody is in it."})
        bench.store.logs.look("sayno", datetime.now(UTC), {"look": "starry", "public_id": public_id, "seed": "7"})
    bench.forgetting.forget(ANN)
    assert search(bench.store, ANN, "ann.", '"ann"') == []
    assert '"ben"' in (bench.store.root.path / "sayno/logs/looks.jsonl").read_text()
    left = (bench.store.root.path / "sayno/looks").glob("*/*")
    assert {path.name for path in left} == {"ben.jpg", "ben.300x400.png", "ben.failed.json"}


ODD = ["two  blanks", "a\u00a0b", "a\u2003b/c  d", "a,comma;or-two", "(a)", "Ünïcode ❤"]


@pytest.mark.parametrize("public_id", ODD)
def test_whatever_a_public_id_looks_like_no_log_current_or_rotated_names_it(bench: Bench, public_id: str) -> None:
    logs = bench.store.logs
    for name in (public_id, "someone else"):
        logs.event("sayno", datetime.now(UTC), "ERROR", name, "not stored: it is broken")
    path = bench.store.root.path / "sayno/logs/processor.log"
    shutil.copy(path, path.with_name("processor.20260101T000000Z.log"))
    receipt = bench.forgetting.forget(public_id)
    assert (receipt.log_lines_removed, receipt.log_lines_searched) == (2, 4)
    for kept in path.parent.glob("*.log"):
        (line,) = kept.read_text().splitlines()
        assert "someone else" in line


def test_a_cursor_that_names_the_photo_goes_and_others_stay(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.store.syncs.keep_cursor("sayno", "a")
    bench.store.syncs.keep_cursor("other", "b")
    bench.forgetting.forget(ANN)
    assert bench.store.syncs.cursor("sayno") == ""
    assert bench.store.syncs.cursor("other") == "b"


def test_what_cloudinary_tells_of_the_rejection_afterwards_is_not_kept(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.forgetting.forget(ANN)
    told = {
        "notification_type": "moderation", "moderation_status": "rejected", "public_id": "a", "asset_folder": "sayno",
        "context": {"custom": {"email": ANN}},
    }  # fmt: skip
    intake = Intake(bench.processor, bench.store, bench.processor._campaigns)
    for notification in (told, told | {"notification_type": "upload", "moderation": [{"status": "rejected"}]}):
        assert intake.receive(json.dumps(notification).encode()).summary is not None
    assert search(bench.store, ANN, '"a"') == []
    # somebody else's is kept
    intake.receive(json.dumps(told | {"public_id": "b"}).encode())
    assert len(list(bench.store.root.path.rglob("*.json"))) == 1


def test_a_photo_that_was_forgotten_by_mistake_and_is_approved_again_is_stored_like_any_other(bench: Bench) -> None:
    bench.add("a", ANN)
    bench.forgetting.forget(ANN)
    bench.standin.approve("a", notify=True)
    intake = Intake(bench.processor, bench.store, bench.processor._campaigns)
    body = json.dumps(bench.standin.notifications()[-1]["payload"]).encode()
    summary = intake.receive(body).summary
    assert summary is not None
    assert summary.status == "stored"
    assert len(list((bench.store.root.path / "sayno/logs/webhooks").rglob("*.json"))) == 1


def test_who_was_forgotten_is_known_for_a_month_and_by_no_name(bench: Bench) -> None:
    bench.add("supporters/ann", ANN)
    bench.forgetting.forget(ANN)
    assert bench.store.erasures.has("supporters/ann")
    names = [path.name for path in (bench.store.root.path / FORGOTTEN).iterdir()]
    assert not any("ann" in name for name in names)
    for path in (bench.store.root.path / FORGOTTEN).iterdir():
        os.utime(path, (path.stat().st_mtime - KEPT - 60,) * 2)
    bench.add("b", "ben@example.org")
    bench.forgetting.forget("ben@example.org")
    assert not bench.store.erasures.has("supporters/ann")
    assert bench.store.erasures.has("b")


def test_what_killed_processes_left_of_anybody_goes_too(bench: Bench) -> None:
    bench.add("a", ANN)
    archive = bench.store.photos.archive("sayno", "a") or b""
    (bench.store.root.path / "sayno/approved/.tmp-0123456789abcdef").write_bytes(archive)
    scratch = Path(os.environ.get("TMPDIR", "/tmp")) / f"{PREFIX}left"
    scratch.mkdir()
    (scratch / "photo.jpg").write_bytes(archive)
    bench.forgetting.forget(ANN)
    assert list(bench.store.root.path.rglob(".tmp-*")) == []
    assert not scratch.exists()


def test_the_receipt_counts_what_was_searched(bench: Bench) -> None:
    for number in range(3):
        bench.add(f"p{number}", ANN if number == 1 else f"other{number}@example.org", seed=number)
    bench.collage()
    bench.file_note("sayno", "p0", {"public_id": "p0"})
    receipt = bench.forgetting.forget(ANN)
    assert (receipt.photos_searched, receipt.collages_searched, receipt.notifications_searched) == (3, 1, 1)
    assert receipt.assets_searched_in_cloudinary >= 3
    assert receipt.log_lines_searched >= 3


def kept(cache: Cache, *campaigns: str) -> list[str]:
    return [name for name in campaigns if cache.get(f"{name}/0001/tile.jpg", bytes(32))]


def test_pictures_that_a_service_keeps_on_its_own_disk_go_once_somebody_in_them_was_forgotten_elsewhere(
    store: Store, tmp_path: Path
) -> None:
    cache = Cache(store.root.path, tmp_path / "cache")
    for name in ("sayno", "other"):
        cache.put(f"{name}/0001/tile.jpg", bytes(32), b"a face")
    erasing = Erasing(store, cache)
    erasing.look()
    assert kept(cache, "sayno", "other") == ["sayno", "other"]
    store.erasures.note(["sayno"], ["a"])
    erasing.look()
    assert kept(cache, "sayno", "other") == ["other"]
    cache.put("sayno/0001/tile.jpg", bytes(32), b"someone else's face")
    erasing.look()
    assert kept(cache, "sayno", "other") == ["sayno", "other"]
    # a service that was down meanwhile
    Erasing(store, cache).look()
    assert kept(cache, "sayno", "other") == ["other"]


def test_pictures_that_nobody_asks_for_go_after_a_day_also_where_nothing_is_written_any_more(
    store: Store, tmp_path: Path
) -> None:
    now = [datetime.now(UTC).timestamp()]
    cache = Cache(store.root.path, tmp_path / "cache", clock=lambda: now[0])
    cache.put("sayno/0001/tile.jpg", bytes(32), b"a face")
    now[0] += UNUSED + 60
    Erasing(store, cache).look()
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_a_store_that_is_away_is_looked_at_again(store: Store, tmp_path: Path) -> None:
    (store.root.path / ".collagen").unlink()
    Erasing(store, Cache(store.root.path, tmp_path / "cache")).look()


def test_a_search_through_store_caches_and_scratch_finds_neither_address_nor_id_nor_picture(
    bench: Bench, tmp_path: Path
) -> None:
    odd, store = "supporter  one\u00a0b", bench.store
    for number in range(3):
        bench.add(f"other-{number}", f"other{number}@example.org", seed=number)
    bench.add(odd, ANN, seed=4)
    bench.collage()
    archive, intermediate = (read("sayno", odd) or b"" for read in (store.photos.archive, store.photos.intermediate))
    pieces = [data[len(data) // 2 :][:200] for data in (archive, intermediate)]
    for campaign in ("sayno", None):
        bench.file_note(campaign, odd, {"public_id": odd, "context": {"custom": {"email": ANN.upper()}}})
    log = store.root.path / "sayno/logs/processor.log"
    shutil.copy(log, log.with_name("processor.20260101T000000Z.log"))
    store.syncs.keep_cursor("sayno", odd)
    store.syncs.keep_cursor("last_year", odd)
    retire(bench, "sayno", "last_year")
    (store.root.path / "last_year/approved/.tmp-0123456789abcdef").write_bytes(archive)
    scratch = Path(os.environ.get("TMPDIR", "/tmp")) / f"{PREFIX}everywhere"
    scratch.mkdir()
    (scratch / "photo.jpg").write_bytes(archive)
    cache = Cache(store.root.path, tmp_path / "cache")
    cache.put("last_year/0001/tile.jpg", bytes(32), intermediate)
    erasing = Erasing(store, cache)

    bench.forgetting.forget(odd)
    erasing.look()

    words = (ANN, odd, " ".join(odd.split()))
    assert search(store, *words) == []
    assert not scratch.exists()
    for path in (*store.root.path.rglob("*"), *(tmp_path / "cache").rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            assert not any(piece in data for piece in pieces), path
            assert not any(word.encode().lower() in (data + os.fsencode(path.name)).lower() for word in words), path
    assert {photo.public_id for photo in store.photos.all("last_year")} == {f"other-{number}" for number in range(3)}
