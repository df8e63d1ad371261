"""What `watch` does about a change, and when. The whole of it is in tests/test_folder_campaign.py."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.services.reconcile.safeguard import MANY
from app.services.watch import GONE, QUIET, Pending


def test_a_file_is_looked_at_once_it_has_been_quiet() -> None:
    pending = Pending()
    pending.changed("a/b.jpg", 0, there=True)
    pending.changed("a/b.jpg", 0.9, there=True)
    assert pending.due(QUIET) == []
    assert pending.due(0.9 + QUIET) == ["a/b"]
    pending.done("a/b")
    assert pending.due(100) == []


def test_a_photo_goes_once_nothing_else_has_gone_for_some_seconds() -> None:
    pending = Pending()
    pending.changed("a.jpg", 0, there=False)
    pending.changed("b.jpg", GONE - 1, there=False)
    assert pending.due(GONE) == []
    assert pending.due(2 * GONE - 1) == ["a", "b"]


def test_a_moved_file_is_one_photo_that_is_there() -> None:
    pending = Pending()
    pending.changed("pending/a.jpg", 0, there=False)
    pending.changed("a.jpg", 0, there=True)
    assert pending.due(QUIET) == ["a"]
    assert pending.gone == set()


def test_directories_and_the_table_of_people_take_a_sync() -> None:
    for path in ("", "people.csv"):
        pending = Pending()
        pending.changed(path, 0, there=True)
        assert pending.due(GONE) is None
        pending.clear()
        assert pending.due(GONE) == []


def test_what_is_no_picture_changes_nothing() -> None:
    pending = Pending()
    for path in (".a.jpg.swp", "._a.jpg", "a.txt", ".people.csv.new", ".hidden/a.jpg", "sub/people.csv"):
        pending.changed(path, 0, there=True)
    assert pending.due(1000) == []


@given(st.integers(1, 400), st.floats(0.01, 4.9))
def test_however_slowly_a_folder_is_emptied_its_photos_never_go_one_by_one(count: int, pause: float) -> None:
    pending, now = Pending(), 0.0
    for number in range(count):
        now = number * pause
        pending.changed(f"{number}.jpg", now, there=False)
        assert pending.due(now + pause / 2) == []
    due = pending.due(now + GONE)
    assert due is None if count > MANY else due is not None and len(due) == count
