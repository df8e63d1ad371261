"""Archives and intermediates stand or fall together; a photo is there when its archive is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import BadPublicId, PhotoBusy, StoreUnavailable
from app.store import Store
from tests.store import child

ARCHIVE, INTERMEDIATE = b"archive", b"intermediate"


def tree(store: Store) -> set[str]:
    """Every file below the campaigns."""
    return {
        str(path.relative_to(store.root.path))
        for path in store.root.path.rglob("*")
        if path.is_file() and path.relative_to(store.root.path).parts[0] not in (".collagen", ".locks")
    }


def test_both_files_are_where_the_design_says(store: Store) -> None:
    store.photos.put("sayno", "test_prototype/bs8psp5f", ARCHIVE, INTERMEDIATE, 1_700_000_000.5)
    name = "test_prototype+bs8psp5f"
    assert tree(store) == {f"sayno/approved/{name}.jpg", f"sayno/thumbnails/{name}.png"}
    assert store.photos.archive("sayno", "test_prototype/bs8psp5f") == ARCHIVE
    assert store.photos.intermediate("sayno", "test_prototype/bs8psp5f") == INTERMEDIATE
    assert (store.root.path / f"sayno/approved/{name}.jpg").stat().st_mtime == 1_700_000_000.5


def test_what_is_not_there_is_nothing(store: Store) -> None:
    assert store.photos.archive("sayno", "p") is None
    assert store.photos.intermediate("sayno", "p") is None
    assert store.photos.all("sayno") == []
    assert store.photos.holders("p") == {}
    assert store.photos.remove("sayno", "p") is False


@pytest.mark.parametrize("size", [1, 5, len(INTERMEDIATE), 10_000])
def test_the_beginning_of_an_intermediate_comes_with_the_length_of_the_whole(store: Store, size: int) -> None:
    store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    assert store.photos.intermediate_start("sayno", "p", size) == (INTERMEDIATE[:size], len(INTERMEDIATE))


def test_of_an_intermediate_that_is_not_there_or_no_file_there_is_no_beginning(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"p\.png"):
            store.photos.intermediate_start("sayno", "p", 9)
        store.photos.intermediate_path("sayno", "p").mkdir(parents=True, exist_ok=True)


def test_the_intermediate_is_put_first(store: Store) -> None:
    (store.root.path / "sayno").mkdir()
    (store.root.path / "sayno/thumbnails").write_bytes(b"in the way")
    with pytest.raises(StoreUnavailable):
        store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    assert tree(store) == {"sayno/thumbnails"}
    assert store.photos.all("sayno") == []


def test_the_archive_is_put_last(store: Store) -> None:
    (store.root.path / "sayno").mkdir()
    (store.root.path / "sayno/approved").write_bytes(b"in the way")
    with pytest.raises(StoreUnavailable):
        store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    assert tree(store) == {"sayno/approved", "sayno/thumbnails/p.png"}
    assert store.photos.holders("p") == {"sayno": False}


def test_the_archive_is_removed_first(store: Store) -> None:
    store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    intermediate = store.photos.intermediate_path("sayno", "p")
    intermediate.unlink()
    intermediate.mkdir()  # cannot be removed as a file
    with pytest.raises(StoreUnavailable):
        store.photos.remove("sayno", "p")
    assert store.photos.all("sayno") == []


def test_the_intermediate_is_removed_last(store: Store) -> None:
    store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    archive = store.photos.archive_path("sayno", "p")
    archive.unlink()
    archive.mkdir()
    with pytest.raises(StoreUnavailable):
        store.photos.remove("sayno", "p")
    assert store.photos.intermediate("sayno", "p") == INTERMEDIATE


def test_a_removal_takes_what_there_is_of_one_photo_in_one_campaign(store: Store) -> None:
    for campaign, photo in (("sayno", "p"), ("sayno", "q"), ("other", "p")):
        store.photos.put(campaign, photo, ARCHIVE, INTERMEDIATE, 0)
    assert store.photos.remove("sayno", "p") is True
    assert store.photos.remove("sayno", "p") is False
    store.photos.archive_path("sayno", "q").unlink()
    assert store.photos.remove("sayno", "q") is True, "half a photo is removed as well"
    assert tree(store) == {"other/approved/p.jpg", "other/thumbnails/p.png"}


def test_holders_are_the_campaigns_with_any_file_and_whether_they_have_both(store: Store) -> None:
    for campaign in ("both", "archive", "intermediate", "neither"):
        store.photos.put(campaign, "p" if campaign != "neither" else "q", ARCHIVE, INTERMEDIATE, 0)
    store.photos.intermediate_path("archive", "p").unlink()
    store.photos.archive_path("intermediate", "p").unlink()
    assert store.photos.holders("p") == {"both": True, "archive": False, "intermediate": False}


def test_photos_are_listed_in_order_of_approval_then_of_public_id(store: Store) -> None:
    for photo, approved_at in (("late", 30.0), ("b", 20.0), ("a", 20.0), ("c/d", 20.0000001), ("early", 10.0)):
        store.photos.put("sayno", photo, ARCHIVE, INTERMEDIATE, approved_at)
    listed = store.photos.all("sayno")
    assert [photo.public_id for photo in listed] == ["early", "a", "b", "c/d", "late"]
    assert [photo.approved_at for photo in listed] == [
        10 * 10**9,
        20 * 10**9,
        20 * 10**9,
        store.photos.archive_path("sayno", "c/d").stat().st_mtime_ns,
        30 * 10**9,
    ]


def test_only_whole_archives_are_listed(store: Store) -> None:
    store.photos.put("sayno", "p", ARCHIVE, INTERMEDIATE, 0)
    approved = store.root.path / "sayno/approved"
    for name in (".tmp-0123456789abcdef", ".tmp-photo.jpg", ".hidden.jpg", "p.jpg_exiftool_tmp", "notes.txt"):
        (approved / name).write_bytes(b"x")
    (store.root.path / "sayno/thumbnails/lonely.png").write_bytes(b"x")
    assert [photo.public_id for photo in store.photos.all("sayno")] == ["p"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=15), unique=True, max_size=5))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_public_ids_that_are_put_are_those_that_are_listed(store: Store, public_ids: list[str]) -> None:
    for public_id in public_ids:
        store.photos.put("sayno", public_id, ARCHIVE, INTERMEDIATE, 5)
    assert [photo.public_id for photo in store.photos.all("sayno")] == sorted(public_ids)
    for public_id in public_ids:
        assert store.photos.remove("sayno", public_id)


def test_a_name_that_is_too_long_writes_nothing(store: Store) -> None:
    with pytest.raises(BadPublicId):
        store.photos.put("sayno", "x" * 201, ARCHIVE, INTERMEDIATE, 0)
    store.photos.put("sayno", "x" * 200, ARCHIVE, INTERMEDIATE, 0)
    assert len(tree(store)) == 2


def test_a_photo_is_one_processes_at_a_time_and_others_are_free(store: Store, tmp_path: Path) -> None:
    holder = child.start(
        """
        import sys
        from pathlib import Path
        from app.store import Store
        with Store(Path(sys.argv[1])).photos.lock("p"):
            print("held", flush=True)
            sys.stdin.read()
        """,
        store.root.path,
    )
    assert child.line(holder) == "held"
    with pytest.raises(PhotoBusy), store.root.lock("photo", "the photo p", 0):
        pytest.fail("it was held already")
    with store.photos.lock("q"):
        pass
    child.end(holder)
    with store.photos.lock("p"):
        pass


def test_stray_files_among_the_archives_are_no_photos(store: Store) -> None:
    store.photos.put("sayno", "a/b", b"archive", b"intermediate", 1)
    directory = store.root.path / "sayno/approved"
    for name in (".tmp-1.jpg", "notes.txt", "a b.jpg", "a%2fb.jpg", "%ff.jpg", ".jpg", "x" * 240 + ".jpg"):
        (directory / name).write_bytes(b"stray")
    (directory / os.fsdecode(b"\xff.jpg")).write_bytes(b"stray")
    assert [photo.public_id for photo in store.photos.all("sayno")] == ["a/b"]
