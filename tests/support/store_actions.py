"""Changes to a store for tests in which the disk fails or the process is killed, and what must hold afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime

from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.adapters.store.photos.entries import Entry
from app.adapters.store.photos.paths import VARIANTS
from app.adapters.store.photos.reading import JPEG_END, PNG_END
from tests.support.manifests import manifest

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


ARCHIVE = {version: b"archive %d " % version * 500 + JPEG_END for version in (1, 2)}


INTERMEDIATE = {version: b"intermediate %d " % version * 500 + PNG_END for version in (1, 2)}


VARIANT = {version: {name: f"{name} {version} ".encode() * 500 + JPEG_END for name in VARIANTS} for version in (1, 2)}


APPROVED_AT = 1_700_000_000.0  # an overwritten photo may keep its time of approval


def put(version: int) -> Callable[[Store], None]:
    def act(store: Store) -> None:
        store.photos.put("sayno", "p", ARCHIVE[version], INTERMEDIATE[version], APPROVED_AT, version, VARIANT[version])

    return act


def remove(store: Store) -> None:
    store.photos.remove("sayno", "p")


def log_line(store: Store) -> None:
    store.logs.event("sayno", NOW, "SYNCED", "p", "a line")


def notification(store: Store) -> None:
    store.logs.notification("sayno", NOW, "approved", "p", b"{}" * 500)


def collage(title: str) -> Callable[[Store], None]:
    """Builds the collage 0001, or builds it anew."""

    def build(store: Store) -> None:
        revised = "0001" if Store(store.root.path).collages.ids("sayno") else None
        draft: Draft | None = None
        try:
            draft = store.collages.begin("sayno", revise=revised)
            store.root.files.write_whole(draft.directory / "collage.png", title.encode())
            store.collages.publish(draft, manifest(draft.id, title=title))
        finally:
            if draft is not None:
                os.close(draft.lock)

    return build


def photo_is_old_or_new(store: Store) -> None:
    """If a photo or version is reported as present, both its files are."""
    archive, intermediate = store.photos.archive("sayno", "p"), store.photos.intermediate("sayno", "p")
    version = {None: None, ARCHIVE[1]: 1, ARCHIVE[2]: 2}[archive]
    shown = {None: None, INTERMEDIATE[1]: 1, INTERMEDIATE[2]: 2}[intermediate]
    for name in VARIANTS:
        found = store.photos.variant("sayno", "p", name)
        assert found is None or (shown is not None and found == (VARIANT[shown][name], shown)), (
            "none of another version"
        )
    if version is not None:
        assert shown is not None, "an archive always has an intermediate"
        assert store.photos.fits("sayno", "p", version) == (shown == version)
        assert store.photos.all("sayno")[0].approved_at == APPROVED_AT * 1e9


def photo_is(version: int | None) -> Callable[[Store], None]:
    """All of the photo is there, except perhaps variants, which fail no photo; or nothing at all."""

    def check(store: Store) -> None:
        assert store.photos.holders("p") == ({} if version is None else {"sayno": True})
        assert store.photos.pairs("sayno") == ({} if version is None else {"p": (True, True)})
        assert version is None or store.photos.fits("sayno", "p", version)
        photo_is_old_or_new(store)

    return check


def variants_are(store: Store, version: int) -> None:
    for name in VARIANTS:
        assert store.photos.variant("sayno", "p", name) == (VARIANT[version][name], version)


def nothing_torn(store: Store) -> None:
    for path in store.root.path.rglob("*.json"):
        json.loads(path.read_bytes().replace(b"{}" * 500, b"{}"))
        assert path.stat().st_size in (1000, path.stat().st_size)


def notification_is_there_once(store: Store) -> None:
    (path,) = store.root.path.glob("sayno/logs/webhooks/*/*.json")
    assert path.read_bytes() == b"{}" * 500


def line_is_there(store: Store) -> None:
    # once more if the error came after the line was written
    lines = (store.root.path / "sayno/logs/processor.log").read_text().splitlines()
    assert lines[0] == "2024-05-06T07:08:09Z SYNCED before"
    assert set(lines[1:]) == {"2024-05-06T07:08:09Z SYNCED p a line"}
    assert len(lines) in (2, 3)


def line_before(store: Store) -> None:
    store.logs.event("sayno", NOW, "SYNCED", "before")


def collage_is_old_or_new(store: Store) -> None:
    for number in store.collages.ids("sayno"):
        title = store.collages.manifest("sayno", number).as_json()["title"]
        assert store.collages.file("sayno", number, "collage.png").read_text() == title


def collage_is_there(title: str) -> Callable[[Store], None]:
    def check(store: Store) -> None:
        assert store.collages.manifest("sayno", store.collages.ids("sayno")[-1]).as_json()["title"] == title
        collage_is_old_or_new(store)

    return check


def catalogued(store: Store) -> None:
    """A catalogue of `p` and `q`, with a damaged line."""
    for public_id in ("p", "q"):
        store.photos.put("sayno", public_id, ARCHIVE[1], INTERMEDIATE[1], APPROVED_AT, 1)
        store.catalogue.add("sayno", [Entry(public_id, "id", 1, camera="before")])
    path = store.catalogue.path("sayno")
    path.write_bytes(path.read_bytes() + b"damaged\n")


def add_entry(store: Store) -> None:
    store.catalogue.add("sayno", [Entry("p", "id", 1, zodiac="Leo")])


def tidy(store: Store) -> None:
    store.catalogue.tidy("sayno", exact=False)


def remove_entry(store: Store) -> None:
    store.catalogue.remove("sayno", "p")


def no_entry_is_lost(store: Store) -> None:
    contents = store.catalogue.read("sayno")
    assert [entry.camera for entry in contents.entries.values()] == ["before", "before"]
    aside = store.catalogue.aside("sayno")
    assert contents.damaged or aside.read_bytes() == b"damaged\n"


def entry_is_there(store: Store) -> None:
    assert store.catalogue.read("sayno").entries["p"].zodiac == "Leo"


def is_tidy(store: Store) -> None:
    assert not store.catalogue.read("sayno").damaged


def the_other_entry_stays(store: Store) -> None:
    assert "q" in store.catalogue.read("sayno").entries


def entry_is_gone(store: Store) -> None:
    assert set(store.catalogue.read("sayno").entries) == {"q"}


def nothing(store: Store) -> None:
    pass


Step = Callable[[Store], None]


# the state before, the action, what always holds, what holds when it was done once more
ACTIONS: dict[str, tuple[Step, Step, Step, Step]] = {
    "put a new photo": (nothing, put(1), photo_is_old_or_new, photo_is(1)),
    "put over an old one": (put(1), put(2), photo_is_old_or_new, photo_is(2)),
    "remove a photo": (put(1), remove, photo_is_old_or_new, photo_is(None)),
    "add a line to a log": (line_before, log_line, nothing, line_is_there),
    "file a notification": (nothing, notification, nothing_torn, notification_is_there_once),
    "add to the catalogue": (catalogued, add_entry, no_entry_is_lost, entry_is_there),
    "tidy the catalogue": (catalogued, tidy, no_entry_is_lost, is_tidy),
    "remove from the catalogue": (catalogued, remove_entry, the_other_entry_stays, entry_is_gone),
    "build a collage": (nothing, collage("new"), collage_is_old_or_new, collage_is_there("new")),
    "build one anew": (collage("old"), collage("new"), collage_is_old_or_new, collage_is_there("new")),
}
