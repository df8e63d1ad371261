"""The top of the store: without its marker nothing is taken for empty, and nothing is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.adapters.store.photos.offloaded import Note
from app.core.errors import PhotoBusy, StoreUnavailable

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

EVERY_METHOD: dict[str, Callable[[Store], object]] = {
    "root.require": lambda store: store.root.require(),
    "root.expire": lambda store: store.root.expire(".logouts", 1),
    "root.require_room": lambda store: store.root.require_room(),
    "root.check": lambda store: store.root.check(),
    "root.campaigns": lambda store: store.root.campaigns(),
    "root.lock": lambda store: contextlib.ExitStack().enter_context(store.root.lock("photo", "x")),
    "photos.lock": lambda store: contextlib.ExitStack().enter_context(store.photos.lock("p")),
    "photos.put": lambda store: store.photos.put("sayno", "p", b"a", b"i", 0),
    "photos.put_intermediate": lambda store: store.photos.put_intermediate("sayno", "p", b"i", 5),
    "photos.put_variants": lambda store: store.photos.put_variants("sayno", "p", {"thumb": b"t"}, 5),
    "photos.remove_former": lambda store: store.photos.remove_former("sayno", "p"),
    "photos.variant": lambda store: store.photos.variant("sayno", "p", "thumb"),
    "photos.has": lambda store: store.photos.has("sayno", "p"),
    "photos.archive_stamps": lambda store: store.photos.archive_stamps("sayno", ["p"]),
    "photos.intermediate_size": lambda store: store.photos.intermediate_size("sayno", "p"),
    "photos.variant_file": lambda store: store.photos.variant_file("sayno", "p", "thumb"),
    "photos.variant_has_mark": lambda store: store.photos.variant_has_mark("sayno", "p", "thumb", 5),
    "photos.version": lambda store: store.photos.version("sayno", "p"),
    "photos.versions": lambda store: store.photos.versions("sayno", ["p"]),
    "photos.incomplete": lambda store: store.photos.incomplete("sayno", ()),
    "photos.find": lambda store: store.photos.find("sayno", ["p"]),
    "photos.placeholders": lambda store: store.photos.placeholders("sayno", ["p"]),
    "photos.fits": lambda store: store.photos.fits("sayno", "p", 5),
    "photos.distrust": lambda store: store.photos.distrust("sayno", "p"),
    "photos.remove": lambda store: store.photos.remove("sayno", "p"),
    "photos.holders": lambda store: store.photos.holders("p"),
    "photos.all": lambda store: store.photos.all("sayno"),
    "photos.archive": lambda store: store.photos.archive("sayno", "p"),
    "photos.intermediate": lambda store: store.photos.intermediate("sayno", "p"),
    "photos.intermediate_start": lambda store: store.photos.intermediate_start("sayno", "p", 9),
    "photos.archive_start": lambda store: store.photos.archive_start("sayno", "p", 9),
    "collages.newest_first": lambda store: next(store.collages.newest_first("sayno"), None),
    "collages.ids": lambda store: store.collages.ids("sayno"),
    "collages.manifest": lambda store: store.collages.manifest("sayno", "0001"),
    "collages.file": lambda store: store.collages.file("sayno", "0001", "collage.png"),
    "collages.has": lambda store: store.collages.has("sayno", "0001", "collage.png"),
    "collages.read": lambda store: store.collages.read("sayno", "0001", "collage.png"),
    "collages.digest": lambda store: store.collages.digest("sayno", "0001", "collage.png"),
    "collages.pieces": lambda store: store.collages.pieces(draft(store), "collage.png"),
    "collages.abandon": lambda store: store.collages.abandon(draft(store)),
    "collages.names": lambda store: store.collages.names("sayno", "0001"),
    "collages.wait_for_swap": lambda store: store.collages.wait_for_swap(
        "sayno", "0001", lambda: store.collages.stamp("sayno", "0001")
    ),
    "collages.write": lambda store: store.collages.write(draft(store), "collage.png", b"a"),
    "collages.replace_file": lambda store: store.collages.replace_file("sayno", "0001", "collage.png", b"a"),
    "collages.turn": lambda store: contextlib.ExitStack().enter_context(store.collages.turn("sayno", 0)),
    "collages.clear": lambda store: store.collages.clear("sayno"),
    "collages.begin": lambda store: store.collages.begin("sayno"),
    "collages.draft_state": lambda store: store.collages.draft_state("sayno", "0001"),
    "collages.note": lambda store: store.collages.note(draft(store), {"state": "building"}),
    "collages.publish": lambda store: store.collages.publish(draft(store), {}),
    "photos.count": lambda store: store.photos.count("sayno"),
    "root.not_writable": lambda store: store.root.not_writable(),
    "strays.unknown": lambda store: list(store.strays.unknown("sayno")),
    "strays.without_manifest": lambda store: list(store.strays.without_manifest("sayno")),
    "strays.empty": lambda store: list(store.strays.empty("sayno")),
    "root.free": lambda store: store.root.free(),
    "syncs.cursor": lambda store: store.syncs.cursor("sayno"),
    "syncs.end": lambda store: store.syncs.end("sayno", NOW),
    "syncs.ended": lambda store: store.syncs.ended("sayno"),
    "syncs.keep_cursor": lambda store: store.syncs.keep_cursor("sayno", "p"),
    "syncs.rules": lambda store: store.syncs.rules("sayno"),
    "syncs.keep_rules": lambda store: store.syncs.keep_rules("sayno", {"folder": "sayno"}),
    "syncs.place": lambda store: store.syncs.place("sayno"),
    "syncs.turn": lambda store: contextlib.ExitStack().enter_context(store.syncs.turn("sayno")),
    "photos.pairs": lambda store: store.photos.pairs("sayno"),
    "collages.withdraw": lambda store: store.collages.withdraw(draft(store)),
    "collages.settle": lambda store: store.collages.settle("sayno", 0),
    "collages.damaged": lambda store: store.collages.damaged("sayno"),
    "collages.manifests": lambda store: list(store.collages.manifests("sayno")),
    "collages.remove": lambda store: store.collages.remove("sayno", "0001"),
    "collages.rewrite_manifest": lambda store: store.collages.rewrite_manifest("sayno", "0001", {}),
    "root.trial": lambda store: store.root.trial(),
    "photos.public_ids": lambda store: store.photos.public_ids("sayno"),
    "photos.put_archive": lambda store: store.photos.put_archive("sayno", "p", b"a", 0),
    "photos.stamp": lambda store: store.photos.stamp("sayno"),
    "collages.stamp": lambda store: store.collages.stamp("sayno", "0001"),
    "sends.stop": lambda store: store.sends.stop("sayno"),
    "sends.is_stopped": lambda store: store.sends.is_stopped("sayno"),
    "sends.begin": lambda store: store.sends.begin("sayno"),
    "sends.turn": lambda store: contextlib.ExitStack().enter_context(store.sends.turn("sayno")),
    "sends.add": lambda store: store.sends.add("sayno", {"state": "intended", "photo": "p"}),
    "sends.read": lambda store: store.sends.read("sayno"),
    "sends.read_whole": lambda store: store.sends.read_whole("sayno"),
    "sends.contents": lambda store: store.sends.contents("sayno"),
    "sends.note": lambda store: store.sends.note("sayno", {"state": "sending"}),
    "sends.state": lambda store: store.sends.state("sayno"),
    "opens.add": lambda store: store.opens.add("sayno", NOW, {"collage": "0001", "class": "human"}),
    "opens.read": lambda store: list(store.opens.read("sayno")),
    "unsubscribes.add": lambda store: store.unsubscribes.add("sayno", NOW, "ann@example.org", ["p"]),
    "unsubscribes.addresses": lambda store: store.unsubscribes.addresses("sayno"),
    "unsubscribes.contents": lambda store: store.unsubscribes.contents("sayno"),
    "unsubscribes.photo": lambda store: store.unsubscribes.photo("sayno", "p"),
    "mailed.add": lambda store: store.mailed.add("sayno", NOW, ["ann@example.org"]),
    "mailed.before": lambda store: store.mailed.before("sayno"),
    "mailed.contents": lambda store: store.mailed.contents("sayno"),
    "logs.adopt": lambda store: store.logs.adopt("sayno", ["a line"]),
    "logouts.add": lambda store: store.logouts.add("a session"),
    "logouts.has": lambda store: store.logouts.has("a session"),
    "looks.begin": lambda store: store.looks.begin("sayno", "dark"),
    "looks.count": lambda store: store.looks.count("sayno", "dark"),
    "offloaded.note": lambda store: store.offloaded.note("sayno", "p"),
    "offloaded.put": lambda store: store.offloaded.put("sayno", "p", Note(1, ("sayno/a/1-full.jpg",))),
    "offloaded.remove": lambda store: store.offloaded.remove("sayno", "p"),
    "offloaded.public_ids": lambda store: store.offloaded.public_ids("sayno"),
    "looks.names": lambda store: store.looks.names("sayno"),
    "looks.finished": lambda store: store.looks.finished("sayno", "dark"),
    "looks.failures": lambda store: store.looks.failures("sayno", "dark"),
    "looks.failure": lambda store: store.looks.failure("sayno", "dark", "p"),
    "looks.kind": lambda store: store.looks.kind("sayno", "dark", "p"),
    "looks.result": lambda store: store.looks.result("sayno", "dark", "p"),
    "looks.result_start": lambda store: store.looks.result_start("sayno", "dark", "p", 9),
    "looks.intermediate": lambda store: store.looks.intermediate("sayno", "dark", "p"),
    "looks.intermediate_start": lambda store: store.looks.intermediate_start("sayno", "dark", "p", 9),
    "looks.put": lambda store: store.looks.put("sayno", "dark", "p", (b"a", "jpg"), b"i", 1),
    "looks.fail": lambda store: store.looks.fail("sayno", "dark", "p", {}),
    "looks.discard": lambda store: store.looks.discard("sayno", "dark", "p"),
    "looks.remove": lambda store: store.looks.remove("sayno", "p"),
    "looks.orphans": lambda store: store.looks.orphans("sayno", "dark", []),
    "looks.stamp": lambda store: store.looks.stamp("sayno", "dark"),
    "looks.stamps": lambda store: store.looks.stamps("sayno", "dark", ["p"]),
    "looks.number": lambda store: store.looks.number("sayno", "dark", "p"),
    "looks.lock": lambda store: contextlib.ExitStack().enter_context(store.looks.lock("sayno", "dark", "p", 0)),
    "syncs.forget": lambda store: store.syncs.forget("sayno", ["p"]),
    "checkpoints.done": lambda store: store.checkpoints.done(b"{}", ["p"]),
    "checkpoints.note": lambda store: store.checkpoints.note(b"{}", {"p": "sayno"}),
    "checkpoints.end": lambda store: store.checkpoints.end(b"{}"),
    "published.turn": lambda store: contextlib.ExitStack().enter_context(store.published.turn("sayno")),
    "published.place": lambda store: store.published.place("sayno"),
    "published.note": lambda store: store.published.note("sayno", {"to": "site"}),
    "published.noted": lambda store: store.published.noted("sayno"),
    "published.keep_made": lambda store: store.published.keep_made("sayno", "site", {}),
    "published.made": lambda store: store.published.made("sayno", "site"),
    "erasures.note": lambda store: store.erasures.note(["sayno"], ["p"]),
    "erasures.has": lambda store: store.erasures.has("p"),
    "erasures.campaigns": lambda store: store.erasures.campaigns(),
    "erasures.photos": lambda store: store.erasures.photos(),
    "logs.purge": lambda store: store.logs.purge("sayno", lambda line: True, lambda document: True),
    "logs.event": lambda store: store.logs.event("sayno", NOW, "SYNCED", "p"),
    "logs.look": lambda store: store.logs.look("sayno", NOW, {"public_id": "p"}),
    "logs.tail": lambda store: store.logs.tail("sayno", 5),
    "logs.notification": lambda store: store.logs.notification("sayno", NOW, "approved", "p", b"{}"),
}
PURE = {
    "collages.directory",
    "collages.is_draft",
    "collages.path",
    "looks.path",
    "opens.directory",
    "photos.archive_path",
    "photos.intermediate_path",
    "photos.variant_path",
    "root.initialise",
}


def draft(store: Store) -> Draft:
    return Draft("sayno", "0001", store.root.path / "sayno/collages/.tmp-0001", -1)


def test_the_table_of_methods_is_whole() -> None:
    store = Store(Path("x"))
    names: tuple[str, ...] = (
        "root",
        "photos",
        "collages",
        "logs",
        "sends",
        "opens",
        "unsubscribes",
        "syncs",
        "checkpoints",
        "erasures",
    )
    names += ("logouts", "strays", "mailed", "looks", "offloaded", "published")
    rooms = {name: getattr(store, name) for name in names}
    public = {
        f"{name}.{method}"
        for name, room in rooms.items()
        for method in dir(room)
        if not method.startswith("_") and callable(getattr(room, method))
    }
    assert public == set(EVERY_METHOD) | PURE


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_without_the_marker_no_method_reads_or_writes(tmp_path: Path, method: str) -> None:
    unmounted = tmp_path / "store"
    unmounted.mkdir()
    with pytest.raises(StoreUnavailable, match=rf"{unmounted} is no store: .*\.collagen.*python -m app init"):
        EVERY_METHOD[method](Store(unmounted))
    assert list(unmounted.iterdir()) == []


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_without_the_directory_no_method_makes_it(tmp_path: Path, method: str) -> None:
    with pytest.raises(StoreUnavailable):
        EVERY_METHOD[method](Store(tmp_path / "store"))
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_made_once_and_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep/store")
    assert list(tmp_path.iterdir()) == [], "making the object touches nothing"
    assert store.root.initialise() is True
    store.photos.put("sayno", "p", b"a", b"i", 0)
    assert store.root.initialise() is False
    assert store.photos.archive("sayno", "p") == b"a"
    assert b"store of Collagen" in (tmp_path / "deep/store/.collagen").read_bytes()


def test_a_file_in_the_stores_place_is_the_stores_failure(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        Store(tmp_path / "store").root.initialise()
    with pytest.raises(StoreUnavailable):
        Store(tmp_path / "store").root.require()


def test_campaigns_are_the_directories_without_a_dot(store: Store) -> None:
    assert store.root.campaigns() == []
    store.photos.put("sayno", "p", b"a", b"i", 0)
    store.photos.put("another", "p", b"a", b"i", 0)
    store.logs.notification(None, NOW, "delete", "p", b"{}")
    (store.root.path / "README").write_text("a file")
    assert store.root.campaigns() == ["another", "sayno"]


def test_a_busy_lock_is_said_with_a_time_to_come_back(store: Store) -> None:
    with store.root.lock("photo", "the photo p"):
        with pytest.raises(PhotoBusy, match="the photo p") as caught, store.root.lock("photo", "the photo p", 0):
            pytest.fail("it was held already")
        assert caught.value.retry_after > 0
    with store.root.lock("photo", "the photo p", 0):
        pass


def test_a_lock_is_given_up_when_the_work_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.root.lock("photo", "p", 0):
        raise ZeroDivisionError
    with store.root.lock("photo", "p", 0):
        pass


def test_a_trial_leaves_nothing_and_says_by_how_much_the_stores_clock_is_ahead(store: Store) -> None:
    before = sorted(store.root.path.rglob("*"))
    assert abs(store.root.trial()) < 1
    assert sorted(store.root.path.rglob("*")) == before
    assert store.root.free() > 0
