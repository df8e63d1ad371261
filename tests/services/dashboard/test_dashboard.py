"""The dashboard's data on a campaign: numbers, the next collage, changes between past ones."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.collages.manifests import Cells, Size, Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters, CollageUnsound, NotFound
from app.services.collage import choice, layout
from app.services.collage.build import Parameters
from app.services.dashboard.album import Album
from app.services.dashboard.archives import ArchiveSummary, ArchiveTags
from app.services.dashboard.changes import change, changes
from app.services.dashboard.counts import counts
from app.services.dashboard.proposal import propose
from scripts.sandbox.samples import prepared
from scripts.sandbox.stored import built, put
from scripts.sandbox.waiting import wait_for


def past(
    number: int, shown: str, left_out: str = "", unreadable: str = "", at: str = "2026-11-20T06:00:00Z"
) -> Summary:
    """A past collage of people with one-letter names."""
    people = tuple(shown), tuple(left_out), (), tuple(unreadable)
    return Summary(f"{number:04}", "sayno", at, 1, Size(100, 100), Cells(1, 1, 3, 4, 1, 0, {}), *people, files=())


def photos(names: str, approved_at: int = 0) -> list[Photo]:
    return [Photo(name, approved_at + number) for number, name in enumerate(names)]


def test_what_changed_is_who_came_and_who_went() -> None:
    first, second, third = past(1, "abc"), past(2, "bcd"), past(3, "bcd")
    found = changes([first, second, third])
    assert [one.collage.id for one in found] == ["0003", "0002", "0001"]
    assert [(one.added, one.removed) for one in found] == [((), ()), (("d",), ("a",)), (("a", "b", "c"), ())]
    assert [one.kept for one in found] == [3, 2, 0]
    assert found[-1].before is None


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_changes_lead_from_one_collage_to_the_next(before: set[int], after: set[int]) -> None:
    one, other = past(1, "".join(map(chr, before))), past(2, "".join(map(chr, after)))
    found = change(other, one)
    assert (set(one.shown) - set(found.removed)) | set(found.added) == set(other.shown)
    assert not set(found.added) & set(found.removed)


def test_counts_tell_new_from_unseen_and_unreadable() -> None:
    made = 1_795_154_400 * 10**9  # 2026-11-20T06:00:00Z
    people = [*photos("abcd", made - 10), *photos("ef", made + 1)]
    found = counts(people, {"e"}, [past(1, "ax"), past(2, "b", "c", "d")])
    assert (found.approved, found.new, found.unseen, found.unreadable) == (6, 2, 4, 2)
    again = [Photo("d", made + 5)]  # fetched anew since it could not be read
    assert counts(again, (), [past(1, "a", unreadable="d")]).unreadable == 0
    assert counts([], (), []).approved == 0


def test_everyone_is_counted_once_a_collage() -> None:
    assert choice.appearances(one.shown for one in (past(1, "ab"), past(2, "bc"))) == Counter({"b": 2, "a": 1, "c": 1})


@given(st.integers(1, 300), st.integers(0, 310), st.integers(0, 5))
def test_a_proposal_has_everyone_in_one_place(people: int, most: int, excluded: int) -> None:
    everyone = [Photo(f"p{number}", number) for number in range(people)]
    out = frozenset(f"p{number}" for number in range(excluded))
    try:
        found = propose(everyone, {}, Parameters(most or None, 800, 600, out))
    except BadParameters:
        return
    assert sorted([*found.seated, *found.left_out, *found.excluded], key=lambda one: one.approved_at) == everyone
    assert len(found.seated) == found.grid.used
    assert found.grid == layout.best(min(most or people, people - len(found.excluded)), 800, 600)
    for option in found.options:
        assert option.grid.cost >= found.grid.cost
        if option.photos is not None:
            chosen = layout.best(option.photos, 800, 600)
            assert (chosen.cols, chosen.rows) == (option.grid.cols, option.grid.rows)


def test_who_was_shown_least_comes_first() -> None:
    found = propose(photos("abcde"), Counter("ab"), Parameters(3, 900, 400))
    assert [one.public_id for one in found.seated] == ["c", "d", "e"]
    assert [one.public_id for one in found.left_out] == ["a", "b"]


def test_an_album_notices_a_manifest_that_is_written_anew(store: Store) -> None:
    put(store, range(6))
    manifest: dict[str, Any] = built(store, width=300, height=300)
    album = Album(store)
    first = album.one("sayno", "0001")
    assert first.shown == tuple(tile["public_id"] for tile in manifest["tiles"])
    assert album.one("sayno", "0001") is first
    store.collages.rewrite_manifest("sayno", "0001", manifest | {"left_out": [], "revision": 2})
    assert (album.one("sayno", "0001").revision, album.all("sayno")[0].left_out) == (2, ())
    (store.collages.directory("sayno", "0001") / "manifest.json").unlink()
    assert album.all("sayno") == []
    for name in ("0001", "0002", "..", "x"):
        with pytest.raises(NotFound):
            album.one("sayno", name)


def test_a_damaged_collage_is_named_and_hides_no_other(store: Store) -> None:
    put(store, range(6))
    for _ in range(2):
        built(store, width=300, height=300)
    path = store.collages.directory("sayno", "0001") / "manifest.json"
    whole = path.read_bytes()
    album = Album(store)
    path.write_bytes(whole[:-20])
    listing = album.listing("sayno")
    assert ([past.id for past in listing.sound], list(listing.damaged)) == (["0002"], ["0001"])
    assert "python -m app check sayno --repair" in listing.damaged["0001"]
    with pytest.raises(CollageUnsound):
        album.one("sayno", "0001")
    path.write_bytes(whole)
    assert [past.id for past in album.all("sayno")] == ["0001", "0002"]


def test_addresses_are_counted_apart_and_kept(store: Store, exiftool: ExifTool, tmp_path: Path) -> None:
    for number in range(30):
        path = tmp_path / "one.jpg"
        path.write_bytes(prepared(number % 3).archive)
        email = (None, "ann@example.org", "ann at example.org")[number % 3]
        exiftool.write(path, Tags(email, f"p{number}", "asset", 1))
        store.photos.put("sayno", f"p{number}", path.read_bytes(), b"", 1_700_000_000 + number)
    every = store.photos.all("sayno")
    archives = ArchiveTags(store, exiftool)
    assert archives.summary("sayno", every) is None
    none, unusable = (tuple(f"p{number}" for number in range(first, 30, 3)) for first in (0, 2))
    assert found(archives, every) == ArchiveSummary(none, unusable)
    assert archives.summary("sayno", every[1:]) == ArchiveSummary(none[1:], unusable)
    assert archives.summary("sayno", every) is None  # a photo that went and came back is read again
    assert archives.summary("other", []) == ArchiveSummary()
    # a corrected address changes its photo's time of approval
    path = store.photos.archive_path("sayno", "p0")
    tags, known = exiftool.read([path])[path], path.stat()
    exiftool.write(path, replace(tags, email="new@example.org"))
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert found(archives, store.photos.all("sayno")) == ArchiveSummary(none[1:], unusable)
    archives.close()
    assert archives.summary("sayno", photos("x")) is None  # and nothing more is started


def found(archives: ArchiveTags, every: Sequence[Photo]) -> ArchiveSummary:
    """Waits for the thread that reads archives."""
    wait_for(lambda: archives.summary("sayno", every) is not None, "the archives were read")
    known = archives.summary("sayno", every)
    assert known is not None
    return known
