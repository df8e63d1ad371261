"""A photo's pictures: each as it was made, the next larger one if it is missing, and never any metadata."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.adapters.store.photos.paths import VARIANTS
from app.web.auth import access
from app.web.pages.pictures import picture
from scripts.sandbox.pictures import decoded, mean_difference, middle
from scripts.sandbox.samples import prepared

VERSION = 1_700_000_123
SIZES = {
    "thumb": (150, 200),
    "small": (300, 400),
    "medium": (1500, 2000),  # in pages of earlier versions
    "full": (1500, 2000),
    "original": (1500, 2000),
}
FOR_A_MINUTE, ASK_AGAIN = "private, max-age=60", "private, no-cache"


@pytest.fixture
def photo(store: Store, exiftool: ExifTool, tmp_path: Path) -> Store:
    """A store with one photo, whose archive contains its address and public ID."""
    put(store, exiftool, tmp_path, 0, VERSION)
    return store


def put(store: Store, exiftool: ExifTool, tmp_path: Path, seed: int, version: int) -> None:
    files, path = prepared(seed), tmp_path / "photo.jpg"
    path.write_bytes(files.archive)
    exiftool.write(path, Tags("ann@example.org", "a/b", "asset", version))
    archive = path.read_bytes()
    store.photos.put("sayno", "a/b", archive, files.intermediate, 1_600_000_000, version, files.variants)


def shown(store: Store, seed: int, variant: str) -> bytes:
    """The picture expected for a variant."""
    if variant == "small":
        return imaging.copies.without(prepared(seed).intermediate)
    return prepared(seed).variants.get(variant) or imaging.bare(store.photos.archive("sayno", "a/b") or b"")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of a route that shows any picture to anyone."""

    def show(campaign: str, public_id: str, variant: str) -> ResponseReturnValue:
        return picture(campaign, public_id, variant)

    app.add_url_rule("/shown/<campaign>/<path:public_id>/<variant>.jpg", view_func=access.anyone(show))
    return app.test_client()


def get(client: FlaskClient, variant: str, query: str = f"?v={VERSION}", **headers: str) -> TestResponse:
    return client.get(f"/shown/sayno/a/b/{variant}.jpg{query}", headers=headers)


@pytest.mark.parametrize("variant", SIZES)
def test_each_is_what_was_made_of_the_photo_and_says_nothing_of_the_person(
    client: FlaskClient, photo: Store, variant: str
) -> None:
    answer = get(client, variant)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == ("image/png" if variant == "small" else "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == FOR_A_MINUTE
    assert answer.data == shown(photo, 0, variant)
    assert mean_difference(answer.data, middle(decoded(prepared(0).archive), *SIZES[variant])) < 3
    assert decoded(answer.data).size == SIZES[variant]
    assert b"ann@example.org" in (photo.photos.archive("sayno", "a/b") or b"")
    for secret in (b"ann@", b"a/b", b"asset", b"Exif", b"xmp"):
        assert secret not in answer.data


def test_only_the_original_is_for_saving(client: FlaskClient, photo: Store) -> None:
    assert get(client, "original").headers["Content-Disposition"] == 'attachment; filename="a+b.jpg"'
    for variant in ("thumb", "medium", "full"):
        assert "Content-Disposition" not in get(client, variant).headers


@pytest.mark.parametrize("variant", SIZES)
def test_only_under_its_own_version_it_is_kept_without_asking(client: FlaskClient, photo: Store, variant: str) -> None:
    for query in ("", "?v=", "?v=5", f"?v={VERSION}0", "?v=x"):
        assert get(client, variant, query).headers["Cache-Control"] == ASK_AGAIN


@pytest.mark.parametrize("variant", SIZES)
def test_what_a_browser_has_is_not_sent_again_until_it_is_another(
    client: FlaskClient, photo: Store, exiftool: ExifTool, tmp_path: Path, variant: str
) -> None:
    tag = get(client, variant).headers["ETag"]
    again = get(client, variant, **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == FOR_A_MINUTE
    put(photo, exiftool, tmp_path, 1, VERSION + 1)
    new = get(client, variant, **{"If-None-Match": tag})
    assert new.status_code == 200
    assert new.data == shown(photo, 1, variant)
    assert new.headers["Cache-Control"] == ASK_AGAIN, "the address is that of the old one"


def test_head_is_get_without_the_picture(client: FlaskClient, photo: Store) -> None:
    for variant in SIZES:
        whole, head = get(client, variant), client.head(f"/shown/sayno/a/b/{variant}.jpg?v={VERSION}")
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Length", "Content-Type", "ETag", "Cache-Control"):
            assert head.headers[name] == whole.headers[name]


def test_where_one_is_missing_the_next_larger_is_shown_and_asked_for_again(client: FlaskClient, photo: Store) -> None:
    small, thumb = (
        photo.photos.intermediate_path("sayno", "a/b"),
        photo.photos.variant_path("sayno", "a/b", "thumb"),
    )
    for name, path in (("thumb", thumb), ("small", small)):
        before, held = get(client, name), path.read_bytes()
        path.unlink()
        answer = get(client, name)
        assert answer.data == shown(photo, 0, "full")
        assert answer.headers["Cache-Control"] == ASK_AGAIN
        assert answer.headers["ETag"] != before.headers["ETag"]
        path.write_bytes(held)
        os.utime(path, (VERSION, VERSION))
        assert get(client, name, **{"If-None-Match": answer.headers["ETag"]}).data == before.data


def test_no_picture_carries_what_collages_and_pages_keep_in_an_intermediate(client: FlaskClient, photo: Store) -> None:
    answer = get(client, "small")
    assert answer.mimetype == "image/png"
    assert [name for name in (b"haSH", b"coPY") if name in answer.data] == []
    assert len(answer.data) < 0.95 * len(photo.photos.intermediate("sayno", "a/b") or b"")


def test_what_an_earlier_version_kept_between_thumb_and_archive_is_not_shown(client: FlaskClient, photo: Store) -> None:
    """The page says 1500×2000 of what it shows large."""
    former = photo.photos.variant_path("sayno", "a/b", "medium")
    former.write_bytes(prepared(0).variants["thumb"])
    os.utime(former, (VERSION, VERSION))
    assert get(client, "medium").data == shown(photo, 0, "full")
    assert get(client, "medium").headers["ETag"] == get(client, "full").headers["ETag"]


def test_one_of_another_version_or_cut_short_is_as_good_as_missing(client: FlaskClient, photo: Store) -> None:
    thumb = photo.photos.variant_path("sayno", "a/b", "thumb")
    os.utime(thumb, (VERSION - 1, VERSION - 1))
    assert get(client, "thumb").data == shown(photo, 0, "full")
    thumb.write_bytes(prepared(0).variants["thumb"][:5000])
    os.utime(thumb, (VERSION, VERSION))
    assert get(client, "thumb").data == shown(photo, 0, "full")


def test_a_photo_that_was_removed_is_gone_at_once_whatever_is_left_of_it(client: FlaskClient, photo: Store) -> None:
    tag = get(client, "thumb").headers["ETag"]
    photo.photos.archive_path("sayno", "a/b").unlink()
    for variant in SIZES:
        assert get(client, variant, **{"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "sayno/nobody/thumb",
        "other/a/b/thumb",
        "nowhere/a/b/thumb",
        "sayno/a/b/large",
        "sayno/a/b/png",
        f"sayno/{'x' * 300}/thumb",
        "sayno/..%2f..%2fother/thumb",
        "sayno/a%00b/full",
        "sayno/%ff/full",
    ],
)
def test_a_missing_picture_is_not_found(client: FlaskClient, photo: Store, path: str) -> None:
    answer = client.get(f"/shown/{path}.jpg")
    assert answer.status_code == 404
    assert str(photo.root.path) not in answer.text


def test_a_broken_archive_is_not_shown_but_its_variants_are(client: FlaskClient, photo: Store) -> None:
    archive = photo.photos.archive_path("sayno", "a/b")
    archive.write_bytes(b"no picture")
    assert get(client, "full").status_code == 404
    for name in VARIANTS:
        assert get(client, name).status_code == 200


def test_a_store_that_is_gone_is_no_photo_that_is_gone(client: FlaskClient, photo: Store) -> None:
    photo.root.path.rename(photo.root.path.with_name("away"))
    for variant in SIZES:
        assert get(client, variant).status_code == 503
