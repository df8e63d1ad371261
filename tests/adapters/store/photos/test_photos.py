"""An archive and its intermediate stay together; a photo exists if its archive does."""

from __future__ import annotations

import errno
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.adapters.store.photos.reading import JPEG_END
from app.core.errors import BadPublicId, PhotoBusy, StoreUnavailable
from tests.support import child
from tests.support.failing import FailingDisk, fails

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


def test_an_intermediate_that_is_missing_or_not_a_file_has_no_beginning(store: Store) -> None:
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
        from app.adapters.store import Store
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


# Variants

SMALL = b"thumb" + JPEG_END
EVERY = {"thumb": SMALL}


def put(store: Store, public_id: str = "p", version: int | None = 7, variants: dict[str, bytes] = EVERY) -> list[str]:
    return store.photos.put("sayno", public_id, ARCHIVE, INTERMEDIATE, 1_700_000_000, version, variants)


def test_variants_lie_beside_the_intermediate_and_have_its_time(store: Store) -> None:
    assert put(store, "a/b") == []
    assert tree(store) == {
        "sayno/approved/a+b.jpg",
        *(f"sayno/thumbnails/a+b{suffix}" for suffix in (".png", ".thumb.jpg")),
    }
    times = {path.stat().st_mtime for path in (store.root.path / "sayno/thumbnails").iterdir()}
    assert times == {7}
    assert store.photos.variant("sayno", "a/b", "thumb") == (SMALL, 7)


def test_photos_whose_names_look_like_variants_keep_their_own_files(store: Store) -> None:
    for number, public_id in enumerate(("p", "p.thumb", "p.medium", "p.thumb.jpg")):
        files = {name: f"{name} of {public_id}".encode() + JPEG_END for name in VARIANTS}
        put(store, public_id, number, files)
    for number, public_id in enumerate(("p", "p.thumb", "p.medium", "p.thumb.jpg")):
        for name in VARIANTS:
            assert store.photos.variant("sayno", public_id, name) == (
                f"{name} of {public_id}".encode() + JPEG_END,
                number,
            )
    names = {"p", "p.thumb", "p.medium", "p.thumb.jpg"}
    assert set(store.photos.versions("sayno", names)) == names
    assert store.photos.remove("sayno", "p")
    assert set(store.photos.pairs("sayno")) == {"p.thumb", "p.medium", "p.thumb.jpg"}


def test_a_variant_is_trusted_only_where_it_is_whole_and_of_the_intermediates_version(store: Store) -> None:
    put(store)
    store.photos.put_intermediate("sayno", "p", INTERMEDIATE, 8)
    assert store.photos.variant("sayno", "p", "thumb") is None, "another version's"
    assert store.photos.put_variants("sayno", "p", EVERY, 8) == []
    assert store.photos.variant("sayno", "p", "thumb") == (SMALL, 8)
    for cut in (SMALL[:-1], b""):
        store.photos.put_variants("sayno", "p", {"thumb": cut}, 8)
        assert store.photos.variant("sayno", "p", "thumb") is None, "cut short"
    store.photos.put_variants("sayno", "p", EVERY, 8)
    store.photos.intermediate_path("sayno", "p").unlink()
    assert store.photos.variant("sayno", "p", "thumb") is None


def test_what_is_not_given_is_not_kept_of_another_picture(store: Store) -> None:
    put(store)
    assert put(store, variants={}) == ["thumb"]
    assert store.photos.variant("sayno", "p", "thumb") is None
    assert not store.photos.variant_path("sayno", "p", "thumb").exists()


def test_what_earlier_versions_made_goes_with_the_photo_or_with_its_next_variants(store: Store) -> None:
    for away in ("remove", "put", "remove_former", "what a removal left"):
        put(store)
        former = store.photos.variant_path("sayno", "p", "medium")
        former.write_bytes(SMALL)
        if away == "put":
            assert put(store, version=8) == []
        elif away == "remove_former":
            store.photos.remove_former("sayno", "p")
            assert store.photos.variant("sayno", "p", "thumb") == (SMALL, 7), "what is in use stays"
        else:
            if away == "what a removal left":
                for path in tree(store) - {"sayno/thumbnails/p.medium.jpg"}:
                    (store.root.path / path).unlink()
                assert store.photos.holders("p") == {"sayno": False}, "so that a sync comes back to it"
                assert store.photos.pairs("sayno") == {"p": (False, False)}
            assert store.photos.remove("sayno", "p") is True
        assert not former.exists(), away


def test_a_photo_whose_variants_cannot_be_written_is_stored_all_the_same(store: Store) -> None:
    store.photos.variant_path("sayno", "p", "thumb").mkdir(parents=True)
    assert put(store) == ["thumb"]
    assert store.photos.archive("sayno", "p") == ARCHIVE


def test_an_error_of_the_whole_store_is_one_of_its_variants_too(store: Store) -> None:
    gone = Store(store.root.path, FailingDisk(8, fails(errno.EIO)))
    (store.root.path / ".collagen").rename(store.root.path / "away")
    with pytest.raises(StoreUnavailable):
        gone.photos.put_variants("sayno", "p", EVERY, 7)


def test_a_removal_takes_variants_last_and_what_it_left_is_still_held(store: Store) -> None:
    put(store)
    thumb = store.photos.variant_path("sayno", "p", "thumb")
    thumb.unlink()
    thumb.mkdir()  # cannot be removed as a file
    with pytest.raises(StoreUnavailable):
        store.photos.remove("sayno", "p")
    thumb.rmdir()
    thumb.write_bytes(SMALL)
    assert tree(store) == {"sayno/thumbnails/p.thumb.jpg"}
    assert store.photos.all("sayno") == []
    assert store.photos.holders("p") == {"sayno": False}, "so that a sync comes back to it"
    assert store.photos.pairs("sayno") == {"p": (False, False)}
    assert store.photos.remove("sayno", "p") is True
    assert store.photos.holders("p") == {}
    assert tree(store) == set()


def test_a_photo_that_is_distrusted_is_shown_meanwhile(store: Store) -> None:
    put(store)
    store.photos.distrust("sayno", "p")
    assert not store.photos.fits("sayno", "p", 7)
    assert store.photos.variant("sayno", "p", "thumb") == (SMALL, 0)


def test_versions_are_those_of_the_intermediates_and_hide_no_removal(store: Store) -> None:
    for number, public_id in enumerate(("a", "b/c", "d")):
        put(store, public_id, 100 + number)
    every = ("a", "b/c", "d")
    assert store.photos.versions("sayno", every) == {"a": 100, "b/c": 101, "d": 102}
    assert store.photos.versions("sayno", ["d", "e"]) == {"d": 102}
    store.photos.remove("sayno", "b/c")
    put(store, "d", 200)
    assert store.photos.versions("sayno", every) == {"a": 100, "d": 200}
    assert [store.photos.version("sayno", public_id) for public_id in every] == [100, None, 200]
    assert store.photos.versions("nowhere", every) == {}


def test_photos_without_an_intermediate_are_known_by_their_names_alone(store: Store) -> None:
    for public_id in ("a", "b/c", "d e", "f"):
        put(store, public_id)
    for public_id in ("b/c", "d e"):
        store.photos.intermediate_path("sayno", public_id).unlink()
    (store.root.path / "sayno/approved/.tmp-1.jpg").write_bytes(b"x")
    (store.root.path / "sayno/approved/not ours.jpg").write_bytes(b"x")
    assert store.photos.incomplete("sayno", store.photos.all("sayno")) == {"b/c", "d e"}


def test_some_photos_are_found_without_listing_all(store: Store) -> None:
    for public_id in ("a", "b/c", "d"):
        put(store, public_id)
    a, b, _ = sorted(store.photos.all("sayno"))
    assert store.photos.find("sayno", ["b/c", "a", "nobody"]) == {"a": a, "b/c": b}
    assert store.photos.find("nowhere", ["a"]) == {}


# Placeholders


def with_placeholder(text: bytes) -> bytes:
    body = b"haSH" + text
    return b"x" * 33 + len(text).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big") + b"the rest"


def test_placeholders_are_read_from_the_intermediates(store: Store) -> None:
    ids = [f"p{number}" for number in range(60)]
    for public_id in ids:
        store.photos.put_intermediate("sayno", public_id, with_placeholder(public_id.encode()), 1)
    store.photos.put_intermediate("sayno", "none", INTERMEDIATE, 1)
    expected = {public_id: public_id.encode() for public_id in ids} | {"none": None, "nobody": None}
    for _ in range(2):
        assert store.photos.placeholders("sayno", [*ids, "none", "nobody"]) == expected
    assert store.photos.placeholders("sayno", []) == {}


def test_a_placeholder_that_was_read_is_not_read_again_until_the_photo_is_another(store: Store) -> None:
    disk = FailingDisk(10**9, fails(errno.EIO))
    watched = Store(store.root.path, disk)
    put_placeholder = store.photos.put_intermediate
    put_placeholder("sayno", "p", with_placeholder(b"one"), 1)
    assert watched.photos.placeholders("sayno", ["p"]) == {"p": b"one"}
    before = len(disk.done)
    assert watched.photos.placeholders("sayno", ["p"]) == {"p": b"one"}
    assert len(disk.done) - before == 1, "one stat"
    put_placeholder("sayno", "p", with_placeholder(b"two"), 1)
    assert watched.photos.placeholders("sayno", ["p"]) == {"p": b"two"}, "though its version is the same"
    store.photos.remove("sayno", "p")
    assert watched.photos.placeholders("sayno", ["p"]) == {"p": None}
