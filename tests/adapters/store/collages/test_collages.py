"""A finished collage has a manifest; one being built holds the lock; a dead one is cleared away."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.core.errors import CollageInProgress, NotFound, StoreUnavailable
from tests.support import child
from tests.support.manifests import manifest

MANIFEST = manifest(title="Für Änne")


def top(store: Store) -> Path:
    return store.root.path / "sayno/collages"


def finish(store: Store) -> Draft:
    """Builds a collage with a single file."""
    draft = store.collages.begin("sayno")
    store.root.files.write_whole(draft.directory / "collage.png", b"picture")
    store.collages.publish(draft, MANIFEST | {"id": draft.id})
    os.close(draft.lock)
    return draft


def test_a_published_collage_is_there_with_its_files(store: Store) -> None:
    assert store.collages.ids("sayno") == []
    assert finish(store).id == "0001"
    assert store.collages.ids("sayno") == ["0001"]
    assert store.collages.manifest("sayno", "0001").as_json() == MANIFEST
    assert store.collages.file("sayno", "0001", "collage.png").read_bytes() == b"picture"
    assert json.loads(store.collages.file("sayno", "0001", "manifest.json").read_bytes()) == MANIFEST
    assert {path.name for path in (top(store) / "0001").iterdir()} == {"collage.png", "manifest.json"}


def test_a_collage_that_is_being_built_is_shown_nowhere(store: Store) -> None:
    draft = store.collages.begin("sayno")
    store.root.files.write_whole(draft.directory / "collage.png", b"picture")
    store.root.files.write_whole(draft.directory / "manifest.json", b"{}")
    assert store.collages.ids("sayno") == []
    for collage in (draft.id, draft.directory.name):
        with pytest.raises(NotFound):
            store.collages.manifest("sayno", collage)
    os.close(draft.lock)


def test_a_collage_without_a_manifest_does_not_exist(store: Store) -> None:
    finish(store)
    (top(store) / "0007").mkdir()
    (top(store) / "0007/collage.png").write_bytes(b"picture")
    (top(store) / "notes").mkdir()
    (top(store) / "notes/manifest.json").write_bytes(b"{}")
    assert store.collages.ids("sayno") == ["0001"]
    with pytest.raises(NotFound):
        store.collages.file("sayno", "0007", "collage.png")


@pytest.mark.parametrize("collage", ["0002", "1", "..", "", "0001/../0001", ".tmp-0001", "0001\0", "²"])
def test_a_collage_that_does_not_exist_is_not_found(store: Store, collage: str) -> None:
    finish(store)
    with pytest.raises(NotFound):
        store.collages.manifest("sayno", collage)
    with pytest.raises(NotFound):
        store.collages.draft_state("sayno", collage)


@pytest.mark.parametrize("name", ["other.png", "../0001/collage.png", "", ".", "collage.png/", "../../approved/p.jpg"])
def test_only_files_that_the_manifest_names_are_found(store: Store, name: str) -> None:
    finish(store)
    (top(store) / "0001/other.png").write_bytes(b"not named")
    with pytest.raises(NotFound):
        store.collages.file("sayno", "0001", name)


def test_collages_are_listed_by_number(store: Store) -> None:
    for number in ("10000", "9999", "0002"):
        (top(store) / number).mkdir(parents=True)
        (top(store) / number / "manifest.json").write_bytes(b"{}")
    assert store.collages.ids("sayno") == ["0002", "9999", "10000"]
    assert finish(store).id == "10001"


def test_only_one_collage_of_a_campaign_is_built_at_a_time(store: Store) -> None:
    draft = store.collages.begin("sayno")
    with pytest.raises(CollageInProgress, match="sayno") as caught:
        store.collages.begin("sayno")
    assert caught.value.retry_after > 0
    other = store.collages.begin("other")
    os.close(other.lock)
    os.close(draft.lock)
    assert store.collages.begin("sayno").id == "0002"


def test_a_dead_build_frees_the_lock_is_cleared_and_its_number_is_not_used_again(store: Store) -> None:
    finish(store)
    builder = child.start(
        """
        import sys
        from pathlib import Path
        from app.adapters.store import Store
        store = Store(Path(sys.argv[1]))
        draft = store.collages.begin("sayno")
        store.root.files.write_whole(draft.directory / "collage.png", b"half")
        (draft.directory / "deeper").mkdir()
        print(draft.id, flush=True)
        sys.stdin.read()
        """,
        store.root.path,
    )
    assert child.line(builder) == "0002"
    with pytest.raises(CollageInProgress):
        store.collages.begin("sayno")
    assert store.collages.draft_state("sayno", "0002")["state"] == "building"
    child.end(builder)
    assert store.collages.draft_state("sayno", "0002")["state"] == "failed"
    assert "start another" in store.collages.draft_state("sayno", "0002")["error"]
    draft = store.collages.begin("sayno")
    assert draft.id == "0003"
    assert not (top(store) / ".tmp-0002").exists()
    assert (top(store) / "0001/collage.png").exists()
    os.close(draft.lock)


def test_a_file_that_was_never_finished_is_cleared_and_is_no_number(store: Store) -> None:
    finish(store)
    (top(store) / ".tmp-1234567890123456").write_bytes(b"half a note")
    draft = store.collages.begin("sayno")
    assert draft.id == "0002"
    assert not (top(store) / ".tmp-1234567890123456").exists()
    os.close(draft.lock)


def test_how_far_a_draft_is_can_be_asked(store: Store) -> None:
    draft = store.collages.begin("sayno")
    assert store.collages.draft_state("sayno", "0001") == {"id": "0001", "state": "building", "progress": 0.0}
    store.collages.note(draft, {"state": "building", "progress": 0.5})
    assert store.collages.draft_state("sayno", "0001")["progress"] == 0.5
    with pytest.raises(CollageInProgress):
        store.collages.begin("sayno")  # the query did not take the lock away
    store.collages.note(draft, {"state": "failed", "error": "No photos."})
    os.close(draft.lock)
    assert store.collages.draft_state("sayno", "0001") == {"id": "0001", "state": "failed", "error": "No photos."}


def test_a_finished_collage_is_never_called_a_failed_draft(store: Store) -> None:
    finish(store)
    with pytest.raises(NotFound):
        store.collages.draft_state("sayno", "0001")


def test_a_store_that_goes_away_during_a_build_is_not_written_to(store: Store) -> None:
    draft = store.collages.begin("sayno")
    store.root.path.rename(store.root.path.with_name("unmounted"))
    store.root.path.mkdir()
    with pytest.raises(StoreUnavailable):
        store.collages.note(draft, {"state": "building", "progress": 0.5})
    with pytest.raises(StoreUnavailable):
        store.collages.publish(draft, MANIFEST)
    assert list(store.root.path.iterdir()) == []
    os.close(draft.lock)
