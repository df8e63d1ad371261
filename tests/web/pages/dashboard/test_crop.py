"""The dashboard shows how photos were cropped, and lets the admin move the crop."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.adapters import imaging
from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.cropping import Cut
from scripts.sandbox.pictures import jpeg, mean_difference, scene
from scripts.sandbox.standin.client import Standin
from tests.support.dashboard import FORM, HERE, counted, get, people, post, text
from tests.support.web import ADMIN, approve, notify

CUT = f"{HERE}/photos/a/cut"


@cache
def cut_photo(width: int, height: int) -> imaging.Prepared:
    return imaging.prepare(jpeg(scene(width, height)))


@pytest.fixture
def put(store: Store, exiftool: ExifTool, tmp_path: Path) -> Callable[..., Tags]:
    """Stores a photo of this size, as if it had arrived."""

    def stored(public_id: str, width: int, height: int, version: int = 1_700_000_000) -> Tags:
        files, path = cut_photo(width, height), tmp_path / "one.jpg"
        path.write_bytes(files.archive)
        tags = Tags("ann@example.org", public_id, "asset", version, files.cut)
        exiftool.write(path, tags)
        store.photos.put("sayno", public_id, path.read_bytes(), files.intermediate, version, tags.mark, files.variants)
        return tags

    return stored


def arrived(client: FlaskClient, standin: Standin, width: int = 1200, height: int = 600) -> int:
    """A photo that came through the webhook; returns its version."""
    standin.upload(jpeg(scene(width, height)), "a", folder="sayno", email="ann@example.org")
    standin.approve("a")
    assert notify(client, standin.notifications()[-1]["payload"]).status_code == 200
    version: int = standin.asset("a")["version"]
    return version


def test_photos_with_over_a_third_cut_off_are_marked_counted_and_listed(
    client: FlaskClient, put: Callable[..., Tags]
) -> None:
    for public_id, width, height in (("plain", 600, 800), ("square", 600, 600), ("wide", 800, 600), ("tall", 450, 800)):
        put(public_id, width, height)
    page = counted(client, f"{HERE}/")
    assert re.findall(r'class="cut much" href="([^"]+)"', page) == [f"{HERE}/photos/wide/cut"]
    assert "cut 44 %" in text(page)
    assert "/photos/plain/cut" not in page
    assert re.search(r'over a third cut off</dt><dd><a href="[^"]+cut=1">1</a>', page)
    only = get(client, f"{HERE}/?cut=1").text
    assert people(only) == ["wide"]
    assert "1 photo cut by over a third" in text(only)
    assert "Show all photos" in text(only)
    assert people(get(client, f"{HERE}/?cut=1&q=tall").text) == []


def test_while_photos_are_being_checked_the_list_says_so_and_looks_again(
    client: FlaskClient, put: Callable[..., Tags]
) -> None:
    put("wide", 800, 600)
    first = get(client, f"{HERE}/?cut=1").text
    assert "The photos are being checked." in text(first)
    assert '<meta http-equiv="refresh"' in first
    counted(client, f"{HERE}/")
    assert people(get(client, f"{HERE}/?cut=1").text) == ["wide"]


def test_the_page_shows_the_whole_photo_with_the_window_that_is_kept(
    client: FlaskClient, put: Callable[..., Tags]
) -> None:
    put("a", 1200, 600)
    page = get(client, CUT).text
    assert "a: 62 % cut off, the middle kept" in text(page)
    assert 'viewBox="0 0 2000 1000"' in page
    assert '<rect class="window" x="625" y="0" width="750" height="1000"/>' in page
    assert 'name="place" min="0" max="1000" value="500"' in page
    assert f'src="{HERE}/photos/a/uncut.jpg?v=1700000000"' in page
    assert "From left to right" in page
    put("a", 450, 800)
    page = get(client, CUT).text
    assert "From top to bottom" in page
    assert 'viewBox="0 0 562 1000"' in page
    assert '<rect class="window" x="0" y="125" width="562" height="750"/>' in page


def test_the_whole_photo_comes_from_cloudinary_small_and_for_the_admin_only(
    client: FlaskClient, standin: Standin
) -> None:
    version = arrived(client, standin, 2600, 1300)
    path = f"{HERE}/photos/a/uncut.jpg"
    assert client.get(path).status_code == 401
    answer = get(client, f"{path}?v={version}")
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, max-age=600"
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert shown.size == (1200, 600)
        assert mean_difference(shown, scene(1200, 600)) < 3
    standin.overwrite("a", jpeg(scene(900, 600)), status="approved", notify=False)
    assert get(client, path).status_code == 404, "it would be another picture than the one that was cut"


def test_the_cut_is_moved_by_the_form(client: FlaskClient, standin: Standin, store: Store, exiftool: ExifTool) -> None:
    version = arrived(client, standin)
    before = re.findall(r'src="([^"]+/photos/a/thumb.jpg[^"]*)"', get(client, f"{HERE}/").text)[0]
    answer = post(client, CUT, place="0", version=str(version))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CUT}?saved=1")
    page = get(client, answer.headers["Location"]).text
    assert "Saved." in text(page)
    assert "a: 62 % cut off, by hand" in text(page)
    path = store.photos.archive_path("sayno", "a")
    assert exiftool.read([path])[path].cut == Cut(0, 0, 0.375, 1, "hand")
    desk = get(client, f"{HERE}/").text
    after = re.findall(r'src="([^"]+/photos/a/thumb.jpg[^"]*)"', desk)[0]
    assert after != before, "a browser that has kept the old picture asks for the new one"
    assert get(client, after).headers["Cache-Control"] == "private, max-age=60"
    assert "62 % cut off, by hand" in text(get(client, "/admin/").text)
    post(client, CUT, again="1", version=str(version))
    assert "the middle kept" in get(client, CUT).text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"place": "x", "version": "1"}, 422, "The place of the cut must be a number."),
        ({"place": "nan", "version": "1"}, 422, "The place of the cut must be from 0 to 1000."),
        ({"place": "1001", "version": "1"}, 422, "The place of the cut must be from 0 to 1000."),
        ({"place": "5"}, 422, "The place of the cut must be a number."),
        ({"place": "5", "version": "7"}, 404, "Version 7 of the photo a is not approved in sayno any more."),
    ],
)
def test_the_page_says_what_cannot_be_done(
    client: FlaskClient, put: Callable[..., Tags], fields: dict[str, str], status: int, said: str
) -> None:
    put("a", 1200, 600)
    answer = client.post(CUT, data=fields, auth=ADMIN, headers=FORM)
    assert answer.status_code == status
    assert said in text(answer.text)
    assert 'class="window"' in answer.text


def test_when_cloudinary_cannot_be_reached_nothing_is_changed(
    client: FlaskClient, standin: Standin, store: Store
) -> None:
    version = arrived(client, standin)
    before = store.photos.archive("sayno", "a")
    standin.faults("delivery", "status", status=500, times=None)
    answer = post(client, CUT, place="0", version=str(version))
    assert answer.status_code == 503
    assert "Cloudinary cannot be reached at the moment." in text(answer.text)
    assert store.photos.archive("sayno", "a") == before


def test_another_sites_page_moves_nothing(client: FlaskClient, put: Callable[..., Tags], store: Store) -> None:
    put("a", 1200, 600)
    before = store.photos.archive("sayno", "a")
    fields = {"place": "0", "version": "1700000000"}
    assert client.post(CUT, data=fields, auth=ADMIN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(CUT, data=fields).status_code == 401
    assert store.photos.archive("sayno", "a") == before


def test_a_photo_that_was_not_cut_can_be_fetched_and_cut_anew(client: FlaskClient, standin: Standin) -> None:
    approve(standin, "a")
    notify(client, standin.notifications()[-1]["payload"])
    page = get(client, CUT).text
    assert "Nothing was cut off" in text(page)
    assert 'type="range"' not in page
    assert post(client, CUT, again="1", version=str(standin.asset("a")["version"])).status_code == 303


def test_a_missing_photo_has_no_page(client: FlaskClient) -> None:
    for path in (CUT, f"{HERE}/photos/a/uncut.jpg", "/admin/campaigns/nothing/photos/a/cut"):
        answer = get(client, path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text


def test_the_page_needs_no_inline_script_nor_style(client: FlaskClient, put: Callable[..., Tags]) -> None:
    put("a", 1200, 600)
    page = get(client, CUT).text
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page)
