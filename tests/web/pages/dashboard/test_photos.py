"""The dashboard's pages for people, which work without scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from scripts.sandbox import stored
from scripts.sandbox.samples import prepared
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for
from tests.support.dashboard import FORM, HERE, close, counted, get, people, post, text
from tests.support.web import ADMIN, application, fill


def built(client: FlaskClient, **fields: str | list[str]) -> str:
    """Builds a small collage with the form, waits for it, and returns the path of its page."""
    answer = post(client, f"{HERE}/build", **({"width": "300", "height": "300"} | fields))
    assert answer.status_code == 303, answer.text
    page = answer.headers["Location"]
    wait_for(lambda: "is being built" not in get(client, page).text, "the collage was built")
    return page


@pytest.mark.parametrize(
    "path", ["/admin/", f"{HERE}/", f"{HERE}/plan", f"{HERE}/counts", f"{HERE}/history", f"{HERE}/history/0001"]
)
def test_without_the_password_there_is_no_page(client: FlaskClient, store: Store, path: str) -> None:
    fill(store, "sayno", 1)
    answer = client.get(path)
    assert answer.status_code == 401
    assert "p0" not in answer.text


def test_the_first_page_has_every_campaign_in_numbers_and_what_happened_last(
    client: FlaskClient, store: Store, exiftool: ExifTool, tmp_path: Path
) -> None:
    for number, email in enumerate(["ann@example.org", None, "ann at example.org", None]):
        files, path = prepared(number), tmp_path / "one.jpg"
        path.write_bytes(files.archive)
        exiftool.write(path, Tags(email, f"p{number}", "asset", 1))
        store.photos.put("sayno", f"p{number}", path.read_bytes(), files.intermediate, 1_700_000_000 + number)
    when = datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)
    store.logs.event("sayno", when, "SYNCED", "p1", "version 1795165961; no address")
    store.logs.event("sayno", when, "DELETED", "p<9>")
    said = text(counted(client, "/admin/"))
    assert "All is well" in said
    assert "2 without address 1 unusable address 0 unreadable" in reversed_counts(said)
    assert "removed p&lt;9&gt; 20 Nov 2026, 06:04 stored p1; no address 20 Nov 2026, 06:04" in said
    assert "Test prototype" in said
    assert "@" not in said


def test_photos_without_a_usable_address_are_listed_with_their_pictures(
    client: FlaskClient, store: Store, addressed: None
) -> None:
    page = counted(client, "/admin/campaigns/sayno/")
    assert "1 photo has an unusable address" in text(page)
    assert "1 photo has no e-mail address" in text(page)
    assert "no address" not in text(page)  # what was typed is for the moderator in Cloudinary
    linked = re.findall(r'<li><a href="(/admin/campaigns/sayno/photos/(p\d)/full.jpg)">', page)
    assert [public_id for _, public_id in linked] == ["p3", "p2"]
    part = get(client, "/admin/campaigns/sayno/unreachable").text
    assert [address for address, _ in linked] == re.findall(r'href="([^"]*)"', part)


def reversed_counts(said: str) -> str:
    """`without address 2` as `2 without address`: on the page the number stands above what it counts."""
    labels = r"approved|new(?: since \d+)?|never shown|without address|unusable address|unreadable"
    return re.sub(rf"({labels}) (\d+)", r"\2 \1", said)


def test_numbers_follow_the_collages(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 4)
    assert "4 never shown" in reversed_counts(text(counted(client, f"{HERE}/")))
    stored.built(store, photos=3, width=300, height=300)
    said = reversed_counts(text(counted(client, f"{HERE}/")))
    assert "0 new since 0001" in said
    shown = len(store.collages.manifest("sayno", "0001").shown)
    assert f"{4 - shown} never shown" in said


def test_the_store_being_gone_is_said_on_a_page(client: FlaskClient, store: Store) -> None:
    (store.root.path / ".collagen").unlink()
    for path in ("/admin/", f"{HERE}/", f"{HERE}/history"):
        answer = get(client, path)
        assert answer.status_code == 503
        assert answer.content_type.startswith("text/html")
        assert str(store.root.path) not in answer.text


def test_photos_come_the_newest_first_a_hundred_a_page(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 230)
    pages = [people(get(client, f"{HERE}/?page={number}").text) for number in (1, 2, 3)]
    assert [one for page in pages for one in page] == [f"p{number}" for number in reversed(range(230))]
    assert [len(page) for page in pages] == [100, 100, 30]
    assert people(get(client, f"{HERE}/?page=99").text) == pages[2]
    assert people(get(client, f"{HERE}/?page=x").text) == pages[0]


def test_search_finds_parts_of_ids_in_any_case(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 25)
    assert people(get(client, f"{HERE}/?q=P2").text) == ["p24", "p23", "p22", "p21", "p20", "p2"]
    page = get(client, f"{HERE}/?q=%22%3E%3Cb%3E").text
    assert people(page) == []
    assert "<b>" not in page


def test_choices_travel_with_the_form_from_page_to_page(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 120)
    first = get(client, f"{HERE}/?exclude=p119&exclude=p0&photos=50&width=800").text
    assert re.search(r'value="p119" checked', first)
    assert "Left out by you, on other pages" in first
    assert re.search(r'name="exclude" value="p0" checked', first.partition('id="elsewhere"')[2])
    assert 'name="photos" type="number" inputmode="numeric" min="1" value="50"' in first
    assert "Left out by you: 2" in text(first)
    second = get(client, f"{HERE}/?exclude=p119&exclude=p0&page=2").text
    assert people(second)[-1] == "p0"
    assert re.search(r'value="p0" checked', second.partition('id="tiles"')[2])


def test_photos_are_pinned_and_unpinned_by_buttons_of_the_form(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 12)
    assert 'name="seat" value="p3"' in get(client, f"{HERE}/").text
    page = get(client, f"{HERE}/?seat=p3&pin=p4&place=1,2").text
    assert '"p3" aria-pressed="true"' in page
    places = re.findall(r'name="pin" value="(\w+)">\s*<input [^>]*name="place" value="([^"]*)"', page)
    assert places == [("p4", "1,2"), ("p3", "middle")]
    assert page.count('class="pinned') == 2  # in the sketch
    gone = get(client, f"{HERE}/plan?pin=p3&place=&pin=p4&place=1,2&unseat=p3").text
    assert ("p3" in gone, "p4" in gone) == (False, True)
    for choice, sentence in (
        ("pin=p3&place=77,1", "p3 is pinned to 77,1, which is outside the grid"),
        ("pin=p3&place=up", "p3 can be pinned to middle, or to a row and column"),
        ("pin=p3&place=&pin=p4&place=", "p3 and p4 are both pinned to row"),
        ("pin=p99&place=1,1", "p99 is not in the campaign sayno, so cannot be pinned"),
    ):
        answer = get(client, f"{HERE}/plan?{choice}").text
        assert sentence in text(answer)
        assert 'name="place"' in answer  # where it can be corrected
    shown = built(client, pin=["p3", "p4"], place=["middle", "1,1"])
    assert store.collages.manifest("sayno", shown[-4:]).pin == {"p3": "middle", "p4": "1,1"}


def test_many_who_are_left_out_travel_in_the_body(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 40)
    out = [f"p{number}" for number in range(35)]
    assert 'method="get"' in get(client, f"{HERE}/").text
    answer = post(client, f"{HERE}/", exclude=out)
    assert answer.status_code == 200
    assert '<form id="desk" method="post"' in answer.text
    assert "Left out by you: 35" in text(answer.text)
    assert "Left out by you: 35" in text(post(client, f"{HERE}/plan", exclude=out).text)


def test_the_plan_is_the_layout_that_a_build_chooses(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 40)
    said = text(get(client, f"{HERE}/plan").text)
    assert "35 people, 5 left out 7 × 5 cells of 585 × 780 pixels; 0.5 px" in said
    assert "0.5 px free left and right, 98 px free above and below." in said
    assert "37.50×5 + 1×1 + 1×196 = 384.50" in said
    assert "12 people, 28 left out 4 × 3 cells of" in text(get(client, f"{HERE}/plan?photos=12").text)


def test_another_grid_can_be_taken_by_its_number_of_people(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 40)
    page = get(client, f"{HERE}/plan").text
    numbers = re.findall(r'name="take" value="(\d+)"', page)
    assert "30" in numbers
    taken = get(client, f"{HERE}/?photos=&take=30").text
    assert "30 people, 10 left out 6 × 5 cells" in text(taken)
    assert 'min="1" value="30"' in taken


def test_a_grid_that_is_offered_is_the_one_that_is_chosen_then(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 50)
    for found in re.finditer(
        r"<strong>(\d+ × \d+)</strong>(?:(?!</li>).)*?name=\"take\" value=\"(\d+)\"",
        get(client, f"{HERE}/plan").text,
        re.DOTALL,
    ):
        assert f" {found[1]} cells of" in text(get(client, f"{HERE}/plan?photos={found[2]}").text)


def test_the_canvas_that_seats_everyone_is_offered_before_the_collage_is_made(
    client: FlaskClient, store: Store
) -> None:
    fill(store, "sayno", 10)
    before = get(client, f"{HERE}/plan").text
    assert "6 people, 4 left out" in text(before)
    assert "All 10 people on 4095 × 2184 pixels instead of 4096 × 4096" in text(before)
    [canvas] = re.findall(r'name="canvas" value="([^"]+)"', before)
    chosen = get(client, f"{HERE}/?width=4096&height=4096&canvas={canvas}").text
    assert re.search(r'id="width"[^>]* value="4095"', chosen)
    assert re.search(r'id="height"[^>]* value="2184"', chosen)
    assert "10 people" in text(chosen)
    assert 'name="canvas"' not in chosen


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("width=4096&height=17", "No grid of 3 photos fits"),
        ("width=x", "width must be a whole number"),
        ("width=5", "width must be from 16"),
        ("photos=0", "photos must be at least 1"),
        ("photos=1e9", "photos must be a whole number in digits, at least 1"),
        ("exclude=p0&exclude=p1&exclude=p2", "no approved photos"),
    ],
)
def test_the_reason_replaces_a_sketch_that_cannot_be_made(
    client: FlaskClient, store: Store, wish: str, said: str
) -> None:
    fill(store, "sayno", 3)
    for path in (f"{HERE}/?{wish}", f"{HERE}/plan?{wish}"):
        answer = get(client, path)
        assert answer.status_code == 200
        assert said in text(answer.text)
    answer = client.post(f"{HERE}/build?{wish}", auth=ADMIN, headers=FORM)
    assert answer.status_code == 422
    assert said in text(answer.text).partition("No collage was started.")[2]


def test_the_plan_shows_a_sketch(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 12)
    plan = get(client, f"{HERE}/plan?exclude=p1").text
    assert "<svg" in plan
    assert "style=" not in plan


def test_a_collage_is_made_by_the_form_and_has_a_page(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 9)
    page = built(client, exclude=["p1", "p2"], photos="6")
    assert page == f"{HERE}/history/0001"
    shown = get(client, page).text
    manifest = store.collages.manifest("sayno", "0001").as_json()
    assert not {"p1", "p2"} & {tile["public_id"] for tile in manifest["tiles"]}
    assert f"people {len(manifest['tiles'])}" in text(shown)
    for file in manifest["files"]:
        assert get(client, f"/admin/campaigns/sayno/collages/0001/{file['name']}").status_code == 200
        assert f"/collages/0001/{file['name']}" in shown
        assert f"{file['width']} × {file['height']}" in text(shown)
    assert "No mails have been sent about this collage yet." in text(shown)


def test_the_gallery_and_the_wall_are_found_from_here(standin: Standin, store: Store) -> None:
    rules = '[sayno]\npublic = true\ngallery_password = "correct horse"\n[other]\n'
    (store.root.path.parent / "campaigns.toml").write_text(rules)
    environ = environment(standin, store.root.path, COLLAGEN_SECRET_KEY="a key of the tests")
    app = application(environ)
    client = app.test_client()
    fill(store, "sayno", 2)
    stored.built(store, width=300, height=300)
    page = get(client, f"{HERE}/history/0001").text
    assert "/wall/sayno/0001" in page
    assert "/campaigns/sayno/photos" in page
    assert "correct horse" not in page
    assert "/campaigns/other/photos" not in get(client, "/admin/campaigns/other/").text
    close(app)


def test_past_collages_say_who_came_and_who_went(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 6)
    stored.built(store, exclude=("p0", "p1"), width=750, height=200)
    stored.built(store, exclude=("p4", "p5"), width=750, height=200)
    first, second = (set(store.collages.manifest("sayno", n).shown) for n in ("0001", "0002"))
    store.photos.remove("sayno", "p4")
    said = text(get(client, f"{HERE}/history").text)
    assert said.index("Collage 0002") < said.index("Collage 0001")
    assert f"+{len(second - first)} −{len(first - second)} since 0001" in said
    assert "The first one" in said
    page = get(client, f"{HERE}/history/0002").text
    assert f"No longer in it: {len(first - second)}" in text(page)
    assert "p4, whose photo is gone" in text(page)


def test_a_build_that_goes_on_is_watched_also_without_scripts(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 3)
    draft = store.collages.begin("sayno")
    store.collages.note(draft, {"state": "building", "progress": 0.43})
    page = get(client, f"{HERE}/history/{draft.id}").text
    assert "43 %" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    store.collages.note(draft, {"state": "failed", "error": "It could not be done."})
    assert "It could not be done." in get(client, f"{HERE}/history/{draft.id}").text
    second = post(client, f"{HERE}/build")
    assert second.status_code == 409
    assert "A collage of this campaign is being built" in text(second.text)


def test_pictures_are_the_admins(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    path = re.findall(r'src="(/admin/campaigns/sayno/photos/p0/thumb.jpg[^"]*)"', get(client, f"{HERE}/").text)[0]
    assert client.get(path).status_code == 401
    answer = get(client, path)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert get(client, f"{HERE}/photos/p0/other.jpg").status_code == 404
    assert get(client, f"{HERE}/photos/nobody/thumb.jpg").status_code == 404


def test_forms_of_another_sites_page_change_nothing(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 2)
    answer = client.post(f"{HERE}/build", auth=ADMIN, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert store.collages.ids("sayno") == []


def test_pages_of_what_is_not_there_are_pages(client: FlaskClient) -> None:
    for path in (
        "/admin/campaigns/nothing/",
        f"{HERE}/history/0009",
        f"{HERE}/history/x",
        f"{HERE}/history/0009/notify",
    ):
        answer = get(client, path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text


def test_pages_need_no_inline_script_nor_style(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 5)
    page = f"{HERE}/history/{stored.built(store, width=300, height=300)['id']}"
    for path in ("/admin/", f"{HERE}/", f"{HERE}/history", f"{HERE}/compare", page, f"{page}/notify"):
        answer = get(client, path)
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", answer.text), path
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        addresses = re.findall(r'(?:src|href|action|formaction)="([^"]*)"', answer.text)
        assert all(address.startswith(("/static/", "/admin/", "#")) for address in addresses)
        assert '<html lang="en" dir="ltr">' in answer.text
        assert re.search(r"<title>[^<]+</title>", answer.text)
