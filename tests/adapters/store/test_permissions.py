"""Who can enter the store's directories: the group, which nginx's user belongs to, reaches only collages."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.photos.entries import Entry
from app.adapters.store.root import MARKER
from scripts.sandbox.service import ROOT
from tests.support.collages import collage
from tests.support.web import fill

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    """A store with something of every kind, created with the umask of the units."""
    before = os.umask(0o027)
    try:
        store = Store(tmp_path / "store")
        store.root.initialise()
        fill(store, "sayno", 2)
        collage(store)
        store.logs.event("sayno", NOW, "SYNCED", "p0")
        store.logs.notification(None, NOW, "approved", "p0", b"{}")
        store.logs.notification("sayno", NOW, "approved", "p0", b"{}")
        store.opens.add("sayno", NOW, {"collage": "0001", "class": "human"})
        store.sends.add("sayno", {"state": "intended", "photo": "p0"})
        store.unsubscribes.add("sayno", NOW, "ann@example.org", ["p0"])
        store.checkpoints.note(b"{}", {"p0": "sayno"})
        store.erasures.note(["sayno"], ["p0"])
        store.logouts.add("a session")
        store.syncs.end("sayno", NOW)
        store.catalogue.add("sayno", [Entry("p0", "id", 1)])
        yield store
    finally:
        os.umask(before)


def reached(directory: Path) -> Iterator[Path]:
    """The files below a directory that its group can read."""
    for path in directory.iterdir():
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) and mode & stat.S_IXGRP:
            yield from reached(path)
        elif stat.S_ISREG(mode) and mode & stat.S_IRGRP:
            yield path


def test_the_group_reads_collages_and_nothing_else(filled: Store) -> None:
    top = filled.root.path
    found = {str(path.relative_to(top)) for path in reached(top)} - {MARKER}
    assert {path for path in found if not path.startswith("sayno/collages/")} == set()
    assert {"sayno/collages/0001/manifest.json", "sayno/collages/0001/collage.png"} <= found


def test_the_installation_closes_the_same_directories_of_a_store_that_is_older(filled: Store) -> None:
    lines = (ROOT / "deploy/systemd/collagen.tmpfiles.conf").read_text().splitlines()
    fields = [line.split() for line in lines if line[:2] in ("e ", "z ")]
    closes = [path.removeprefix("/srv/collagen/") for _, path, mode, *_ in fields if mode == "0700"]
    top = filled.root.path
    closed = {
        str(path.relative_to(top))
        for path in [*top.iterdir(), *(top / "sayno").iterdir()]
        if path.is_dir() and not path.stat().st_mode & stat.S_IRWXG
    }
    assert {"sayno/approved", "sayno/thumbnails", "sayno/logs", ".locks"} <= closed
    assert [name for name in closed if not any(fnmatch(name, pattern) for pattern in closes)] == []
    assert not any(fnmatch("sayno/collages", pattern) for pattern in closes)
