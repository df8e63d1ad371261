"""Who was mailed by another program before."""

import json
from datetime import UTC, datetime

import pytest

from app.adapters.store import Store
from app.core.errors import StoreUnavailable

NOW = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)


def test_an_address_is_known_in_every_spelling_and_stands_nowhere(store: Store) -> None:
    assert not store.mailed.before("sayno").has("ann@example.org")
    assert store.mailed.add("sayno", NOW, ["Ann@Example.org", "bob@example.org"]) == 2
    assert store.mailed.add("sayno", NOW, ["ann@example.ORG", "carl@example.org"]) == 1
    before = store.mailed.before("sayno")
    assert all(before.has(one) for one in ("ann@example.org", "BOB@example.org", "Carl <carl@example.org>"))
    assert not before.has("dora@example.org")
    assert not store.mailed.before("other").has("ann@example.org")
    text = (store.root.path / "sayno/logs/mailed.jsonl").read_text()
    assert "example" not in text
    assert [sorted(json.loads(line)) for line in text.splitlines()] == [["address", "time"]] * 3


def test_a_damaged_list_lets_nobody_be_mailed_twice(store: Store) -> None:
    store.mailed.add("sayno", NOW, ["ann@example.org", "bob@example.org"])
    path = store.root.path / "sayno/logs/mailed.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(StoreUnavailable, match=r"mailed\.jsonl: it is \d+ bytes shorter than it was"):
        store.mailed.before("sayno")
