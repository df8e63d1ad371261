"""Reading manifests: anything malformed is refused, naming the collage and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.collages import manifests
from app.core.errors import CollageUnsound
from tests.support.manifests import manifest

SECRET = "ann@example.org"


def read(value: Any) -> manifests.Manifest:
    return manifests.read(json.dumps(value).encode(), "sayno", "0001")


def test_a_manifest_is_read_as_it_is() -> None:
    whole = manifest(shown=["a", "é/b"], duplicates=["c"], revision=2, versions={"collagen": "1"}, note="x")
    found = read(whole)
    assert found.as_json() == whole
    assert (found.shown, found.duplicates, found.revision) == (("a", "é/b"), ("c",), 2)
    assert (found.canvas, found.layout.cols) == (manifests.Size(600, 400), 2)
    assert found.tiles[1] == manifests.Tile("é/b", 1, 0, 300, 0, 300, 400)
    assert [file.as_json() for file in found.files] == whole["files"]
    assert not isinstance(found.summary(), manifests.Manifest)
    assert found.summary().shown == found.shown


def test_what_older_manifests_lack_may_be_missing() -> None:
    found = read(manifest())
    assert not {"duplicates", "revision", "versions"} & found.as_json().keys()
    assert (found.duplicates, found.revision, found.layout.terms) == ((), 1, {})


def test_a_photo_that_is_not_shown_or_a_file_is_replaced_and_all_else_stays() -> None:
    whole = manifest(left_out=["b", "c"], unreadable=["d"], note="x")
    assert read(whole).not_shown == {"b", "c", "d"}
    assert read(whole).without({"b", "d", "p"}) == whole | {"left_out": ["c"], "unreadable": []}
    master = whole["files"][0]
    whole["files"] += [master | {"name": "small.jpg", "note": "y"}]
    new = manifests.File("collage.png", 1, 2, 3, "4")
    assert read(whole).with_file(new) == whole | {"files": [new.as_json(), whole["files"][1]]}


KEYS = ["id", "campaign", "created_at", "canvas", "layout", "tiles", "left_out", "unreadable", "files"]


@pytest.mark.parametrize("key", KEYS)
def test_a_manifest_without_a_key_or_with_another_value_is_damaged(key: str) -> None:
    values: tuple[Any, ...] = (None, 7, True, "7", [], {}, [7], [None], {"x": 7}, [{}], SECRET)
    for value in values:
        if (key, value) in (("campaign", "7"), ("campaign", SECRET), ("left_out", []), ("unreadable", [])):
            continue
        with pytest.raises(CollageUnsound):
            read(manifest() | {key: value})
    whole = manifest()
    del whole[key]
    with pytest.raises(CollageUnsound):
        read(whole)


@pytest.mark.parametrize("value", [None, "7", -1, 1.5, True, 10**30, [], {}])
@pytest.mark.parametrize(
    ("where", "key"),
    [("tile", key) for key in ("col", "row", "x", "y", "width", "height", "public_id")]
    + [("file", key) for key in ("name", "width", "height", "bytes", "sha256")]
    + [("canvas", "width"), ("layout", "cols"), ("layout", "rows"), ("layout", "cell_width"), ("layout", "used")],
)
def test_a_number_or_a_name_within_may_not_be_anything_else(where: str, key: str, value: Any) -> None:
    if value == "7" and key in ("public_id", "name", "sha256"):
        return
    whole = manifest()
    part = {"tile": whole["tiles"][0], "file": whole["files"][0]}.get(where) or whole[where]
    part[key] = value
    with pytest.raises(CollageUnsound):
        read(whole)


@pytest.mark.parametrize("public_id", ["", "x" * 300, "\ud800"])
def test_a_public_id_that_no_photo_can_have_is_refused_wherever_it_stands(public_id: str) -> None:
    others = (manifest() | {key: [public_id]} for key in ("left_out", "unreadable", "duplicates"))
    for damaged in (manifest(shown=[public_id]), *others):
        with pytest.raises(CollageUnsound):
            read(damaged)


def test_a_cell_without_a_name_makes_it_damaged() -> None:
    whole = manifest(shown=["a", "b"])
    twice = whole | {"tiles": [whole["tiles"][0], whole["tiles"][0] | {"public_id": "b"}]}
    for damaged in (whole | {"tiles": whole["tiles"][:1]}, whole | {"tiles": []}, twice):
        with pytest.raises(CollageUnsound, match=r"it names \d people for 2 places"):
            read(damaged)


@pytest.mark.parametrize("pin", [None, [], {"a": 7}, {"a": "0,1"}, {"a": "middle\n"}, {"b": "middle"}])
def test_a_pin_is_a_place_of_somebody_who_is_shown(pin: object) -> None:
    assert read(manifest(shown=["a"], pin={"a": "12,3"})).pin == {"a": "12,3"}
    with pytest.raises(CollageUnsound):
        read(manifest(shown=["a"], pin=pin))


@pytest.mark.parametrize("name", ["../0002/collage.png", "/etc/passwd", ".lock", ".."])
def test_a_file_elsewhere_is_not_the_collages(name: str) -> None:
    file = manifest()["files"][0] | {"name": name}
    with pytest.raises(CollageUnsound, match="not in the collage's directory"):
        read(manifest(files=[file]))


NOT_JSON = [b"", b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b'{"id": NaN}', "{}".encode("utf-16"), b"\xef\xbb\xbf{}"]


@pytest.mark.parametrize("raw", NOT_JSON)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    with pytest.raises(CollageUnsound, match="it is not JSON"):
        manifests.read(raw, "sayno", "0001")


def test_the_error_names_the_collage_and_what_to_do_and_nothing_that_the_file_says() -> None:
    with pytest.raises(CollageUnsound) as caught:
        read(manifest(created_at=SECRET))
    assert str(caught.value) == (
        "The manifest of the collage 0001 of sayno is damaged (created_at is not a time), so nobody can tell whom the"
        " collage shows. Restore its manifest.json from a backup, or withdraw the collage: python -m app check sayno"
        " --repair"
    )
    assert (caught.value.public, caught.value.damage) == (str(caught.value), "created_at is not a time")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*KEYS, "public_id", "x", "cols"]), inner),
    max_leaves=20,
)


@given(st.sampled_from(KEYS), JSON)
def test_any_json_is_a_manifest_or_refused(key: str, value: Any) -> None:
    for whole in (value, manifest() | {key: value}):
        try:
            found = read(whole)
        except CollageUnsound:
            continue
        assert len(found.tiles) == found.layout.used


@given(st.binary())
def test_any_bytes_are_a_manifest_or_refused(raw: bytes) -> None:
    with pytest.raises(CollageUnsound):
        manifests.read(raw, "sayno", "0001")
