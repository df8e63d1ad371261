"""The filed notifications of one photo, among others."""

from __future__ import annotations

from datetime import UTC, datetime

from app.adapters.store import Store


def test_the_notifications_of_one_photo_are_found_and_removed_wherever_they_are_filed(store: Store) -> None:
    now = datetime.now(UTC)
    for campaign, status, public_id, raw in (
        ("sayno", "upload", "a/b", b"1"),
        ("sayno", "upload", "a/b", b"2"),  # another one in the same second
        (None, "delete", "a/b", b"3"),
        ("sayno", "upload", "a/bc", b"4"),
        ("other", "approved", "a/b", b"5"),
    ):
        store.logs.notification(campaign, now, status, public_id, raw)
    assert sorted(store.filed.statuses("sayno", "a/b")) == ["delete", "upload", "upload"]
    store.filed.remove("sayno", "a/b")
    assert store.filed.statuses("sayno", "a/b") == []
    assert store.filed.statuses("sayno", "a/bc") == ["upload"]
    assert store.filed.statuses("other", "a/b") == ["approved"]


def test_log_lines_can_be_removed_without_reading_the_notifications(store: Store) -> None:
    now = datetime.now(UTC)
    for public_id in ("a", "b"):
        store.logs.event("sayno", now, "SYNCED", public_id)
    store.logs.notification("sayno", now, "upload", "a", b"a")
    purged = store.logs.purge("sayno", lambda line: " a" in line)
    assert (purged.lines_removed, purged.notifications_searched) == (1, 0)
    assert store.filed.statuses("sayno", "a") == ["upload"]
