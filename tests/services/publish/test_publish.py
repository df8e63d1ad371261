"""Publishing into a directory: what a reader finds, before, while and after it is done."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.config import Brand
from app.core.errors import BadParameters, NotFound, PublishInProgress, SettingError
from app.services.collage.build import build
from app.services.collage.plan import plan_revision
from app.services.publish import names
from app.services.publish.plan import GRACE
from app.services.publish.publish import Publisher
from app.services.publish.pyramid import Pyramid
from app.services.publish.run import Order
from app.services.publish.sending import Cdn, Report
from app.services.wall.cache import Cache
from app.services.wall.wall import Walls
from scripts.sandbox import stored
from scripts.sandbox.site import named, reader, tiles, walk
from tests.support.published import RULES, SITE, Clock, Followed, NotingCdn, Stopped

Publish = Callable[..., Report]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Another place, where nothing is."""
    return tmp_path / "empty"


@pytest.fixture
def publish(store: Store, order: Order, clock: Clock, tmp_path: Path) -> Publish:
    def go(target: Followed | None = None, cdn: Cdn | None = None, **more: object) -> Report:
        target = target or Followed(tmp_path / "site")
        wish = dataclasses.replace(order, **more)  # type: ignore[arg-type]
        return Publisher(store, clock).publish(wish, target, cdn)

    return go


def files(site: Path) -> dict[str, str]:
    """Every file of a directory, by path, with its SHA-256."""
    every = (path for path in site.rglob("*") if path.is_file())
    return {str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest() for path in every}


def withdraw(store: Store, index: int) -> str:
    public_id = stored.name(index)
    with store.photos.lock(public_id):
        store.photos.remove(stored.CAMPAIGN, public_id)
    return public_id


def revise(store: Store, collage: str, *without: str) -> None:
    old = store.collages.manifest(stored.CAMPAIGN, collage)
    draft = store.collages.begin(stored.CAMPAIGN, revise=collage)
    planned = plan_revision(store, stored.CAMPAIGN, old, without)
    assert planned is not None
    build(store, draft, planned, stored.NOW, stored.nothing, old)
    os.close(draft.lock)


def drawn(store: Store, tmp_path: Path) -> set[str]:
    """The tiles of the newest collage as they are to be now, by the SHA-256 of their bytes."""
    walls = Walls(store, Cache(store.path, tmp_path / "other-cache"))
    wall = walls.wall(stored.CAMPAIGN, store.collages.ids(stored.CAMPAIGN)[-1])
    pyramid = Pyramid(walls, wall)
    return {hashlib.sha256(walls.jpeg(walls.tile(wall, *tile.place))).hexdigest() for tile in pyramid.tiles}


def shown(site: Path) -> set[str]:
    """The SHA-256 of every tile that is published."""
    return {digest for path, digest in files(site).items() if path.startswith("wall/")}


def test_a_reader_finds_everything_that_the_pages_name_and_nothing_else_is_there(publish: Publish, empty: Path) -> None:
    report = publish(Followed(empty))
    found = walk(reader(empty))
    assert files(empty).keys() == found | {names.MARKER, names.ROBOTS, names.MISSING}
    assert report.files == len(files(empty)) - 1
    assert report.bytes == sum(path.stat().st_size for path in empty.rglob("*") if path.is_file()) - len(
        (empty / names.MARKER).read_bytes()
    )


def test_every_tile_is_the_one_that_is_served(publish: Publish, site: Path, store: Store, tmp_path: Path) -> None:
    assert shown(site) == drawn(store, tmp_path)


def test_the_page_speaks_of_the_campaign_in_its_language_and_colours(publish: Publish, site: Path) -> None:
    rules = dataclasses.replace(RULES, language="ar", brand=Brand(colour="#ff9416", link="https://say.example/?a=1&b"))
    publish(campaign=rules, join="https://c.example/c/sayno/join")
    page = (site / names.INDEX).read_text()
    assert '<html lang="ar" dir="rtl">' in page
    assert '<h1 dir="auto">Say &lt;No&gt;</h1>' in page
    assert 'href="https://say.example/?a=1&amp;b"' in page
    assert 'href="https://c.example/c/sayno/join"' in page
    (style,) = re.findall(r'href="(assets/style[^"]+)"', page)
    assert "--band: #ff9416" in (site / style).read_text()


def test_previews_of_links_name_a_picture_by_its_whole_address(publish: Publish, site: Path) -> None:
    page = (site / names.INDEX).read_text()
    found = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))
    assert found["og:title"] == "Say &lt;No&gt;"
    assert found["og:url"] == "https://faces.example.org/"
    assert found["og:image"] == found["twitter:image"]
    picture = found["og:image"].removeprefix("https://faces.example.org/")
    assert (site / picture).read_bytes()[:2] == b"\xff\xd8"
    assert int(found["og:image:width"]) <= 1200


def test_the_page_can_be_passed_on_if_the_site_says_its_address(publish: Publish, site: Path, empty: Path) -> None:
    page = (site / names.INDEX).read_text()
    assert f'value="{SITE}"' in page
    assert f'data-share="{SITE}"' in page
    assert "<svg" in page
    (png,) = re.findall(r'href="(assets/code\.[^"]+\.png)" download="sayno.png"', page)
    (script,) = re.findall(r'src="(assets/page\.[^"]+)"', page)
    assert (site / png).read_bytes().startswith(b"\x89PNG")
    assert "navigator.share" in (site / script).read_text()
    publish(Followed(empty), site="")
    without = (empty / names.INDEX).read_text()
    assert not re.search("pass-on|<svg|assets/(code|page)", without)
    assert not list(empty.glob("assets/code*"))


def test_nothing_that_is_published_names_a_person(publish: Publish, site: Path, store: Store) -> None:
    people = [public_id.encode() for public_id in store.photos.public_ids(stored.CAMPAIGN)]
    for path in site.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert [one for one in people if one in data or one.decode() in path.name] == [], path


def test_a_second_time_nothing_is_made_or_sent(publish: Publish, site: Path) -> None:
    target = Followed(site)
    again = publish(target)
    assert (again.sent, again.removed, target.steps) == ([], [], [])


def test_what_was_damaged_or_lost_there_is_sent_again(publish: Publish, site: Path) -> None:
    whole = files(site)
    tile, page = next(path for path in whole if path.startswith("wall/")), site / names.INDEX
    (site / tile).write_bytes(b"damaged")
    page.unlink()
    assert set(publish().sent) == {tile, names.INDEX}
    assert files(site) == whole


def test_another_collage_leaves_the_former_one_whole_for_those_who_have_it_open(
    publish: Publish, site: Path, store: Store, clock: Clock
) -> None:
    former = named(reader(site)) - set(names.PAGES)
    stored.built(store, width=450, height=300)

    def look(number: int) -> None:
        walk(reader(site))
        assert all((site / path).is_file() for path in former)

    report = publish(Followed(site, look))
    assert report.erased == report.removed == []
    again = named(reader(site))
    assert again != former
    publish()
    assert former <= files(site).keys()
    clock.at += GRACE
    removed = publish().removed
    assert set(removed) == former - again
    assert files(site).keys() == again | {names.MARKER, names.ROBOTS, names.MISSING}


def test_only_what_differs_is_sent(publish: Publish, site: Path, store: Store) -> None:
    before = files(site)
    stored.built(store, width=450, height=400, photos=6)  # the same people, in the same places or in others
    report = publish()
    assert set(report.sent) & before.keys() <= set(names.PAGES)
    assert not any(path.startswith("assets/") and "tiles" not in path for path in report.sent)


@pytest.mark.parametrize("stop", [2, 50, *(pytest.param(n, marks=pytest.mark.thorough) for n in range(5, 80, 4))])
def test_killed_at_any_moment_and_run_again_it_is_whole(
    publish: Publish, site: Path, store: Store, tmp_path: Path, stop: int
) -> None:
    stored.built(store, width=450, height=300)

    def after(number: int) -> None:
        walk(reader(site))
        if number == stop:
            raise Stopped

    with contextlib.suppress(Stopped):
        publish(Followed(site, after))
    walk(reader(site))
    publish(Followed(site, lambda number: [walk(reader(site))].clear()))
    assert shown(site) >= drawn(store, tmp_path)
    assert '"number": "0002"' in (site / names.ALBUM).read_text()


def test_who_has_withdrawn_is_erased_before_anything_else_and_the_cdn_forgets_them(
    publish: Publish, site: Path, store: Store, tmp_path: Path
) -> None:
    before = files(site)
    withdraw(store, 3)
    target = Followed(site)
    report = publish(target, NotingCdn(target.steps), wait=True)
    assert target.steps[0] == f"delete {' '.join(report.erased)}"
    gone = [f"/{path}" for path in report.erased]
    assert target.steps[1:3] == [f"forget {' '.join(gone)}", "wait I1"]
    assert all(step.startswith("put ") for step in target.steps[3 : target.steps.index(f"put {names.INDEX}")])
    walk(reader(site))
    assert shown(site) == drawn(store, tmp_path)
    assert {path for path in report.erased if path.startswith("pictures/")} == {
        path for path in before if path.startswith("pictures/")
    }
    kept = [path for path in before if path.startswith("wall/") and path in files(site)]
    assert kept  # tiles that do not show the person
    assert not set(kept) & set(report.sent)


def test_what_the_cdn_was_not_told_because_it_was_killed_it_is_told_the_next_time(
    publish: Publish, site: Path, store: Store
) -> None:
    withdraw(store, 3)

    def after(number: int) -> None:
        raise Stopped

    killed = Followed(site, after)
    with contextlib.suppress(Stopped):
        publish(killed, NotingCdn(killed.steps))
    (erased,) = killed.steps
    target = Followed(site)
    publish(target, NotingCdn(target.steps))
    gone = erased.removeprefix("delete ").split()
    assert target.steps[0] == f"forget {' '.join(f'/{path}' for path in gone)}"
    third = Followed(site)
    assert publish(third, NotingCdn(third.steps)).invalidated == third.steps == []


def test_after_a_revision_no_file_shows_the_person(publish: Publish, site: Path, store: Store, tmp_path: Path) -> None:
    old = shown(site) - drawn(store, tmp_path)
    assert not old
    gone = withdraw(store, 3)
    revise(store, "0001", gone)
    report = publish()
    assert report.erased
    assert shown(site) == drawn(store, tmp_path)
    walk(reader(site))


def test_who_withdraws_once_a_later_collage_is_there_is_erased_from_both(
    publish: Publish, site: Path, store: Store, tmp_path: Path
) -> None:
    stored.built(store, width=450, height=300)
    withdraw(store, 3)
    target = Followed(site)
    report = publish(target)
    assert target.steps[0] == f"delete {' '.join(report.erased)}"
    assert shown(site) == drawn(store, tmp_path)


def test_who_withdraws_while_it_is_published_is_on_no_page(
    publish: Publish, empty: Path, store: Store, tmp_path: Path
) -> None:
    def after(number: int) -> None:
        if number == 20:
            withdraw(store, 3)

    publish(Followed(empty, after))
    (script,) = empty.glob("assets/tiles.*.js")
    wall = {files(empty)[path] for path in tiles(script.read_bytes())}
    assert wall == shown(empty) == drawn(store, tmp_path)
    assert json.loads((empty / names.ALBUM).read_text())["collages"][0]["people"] == 5


def test_a_dry_run_says_what_would_be_sent_and_touches_nothing(publish: Publish, empty: Path) -> None:
    target = Followed(empty)
    planned = publish(target, NotingCdn(target.steps), dry=True)
    assert (target.steps, empty.exists()) == ([], False)
    again = publish(target, dry=True)
    assert (sorted(again.sent), again.sent_bytes) == (sorted(planned.sent), planned.sent_bytes)
    done = publish(Followed(empty))
    assert (sorted(planned.sent), planned.sent_bytes) == (sorted(done.sent), done.sent_bytes)


def test_files_of_others_are_left_alone(publish: Publish, site: Path, store: Store) -> None:
    for path in ("favicon.ico", "wall/notes.txt", "pictures/mine.jpg"):
        (site / path).write_bytes(b"mine")
    withdraw(store, 3)
    publish()
    assert [(site / path).read_bytes() for path in ("favicon.ico", "wall/notes.txt", "pictures/mine.jpg")] == [
        b"mine"
    ] * 3


def test_a_place_with_an_index_of_somebody_else_is_refused(publish: Publish, empty: Path) -> None:
    empty.mkdir()
    (empty / names.INDEX).write_bytes(b"mine")
    with pytest.raises(SettingError, match=r"index\.html that was not published by Collagen"):
        publish(Followed(empty))
    assert files(empty).keys() == {names.INDEX}


def test_the_place_of_another_campaign_is_refused(publish: Publish, site: Path) -> None:
    (site / names.MARKER).write_text('{"campaign": "other"}')
    before = files(site)
    with pytest.raises(SettingError, match="the place of another campaign"):
        publish()
    assert files(site) == before


def test_what_is_not_public_is_not_published(publish: Publish, empty: Path) -> None:
    with pytest.raises(BadParameters, match="not public"):
        publish(campaign=dataclasses.replace(RULES, public=False))
    assert not empty.exists()


def test_a_collage_that_is_not_there_is_not_published(publish: Publish) -> None:
    with pytest.raises(NotFound, match="no collage 0009"):
        publish(collage="0009")


def test_one_process_at_a_time_publishes_a_campaign(publish: Publish, store: Store) -> None:
    with store.published.turn(stored.CAMPAIGN), pytest.raises(PublishInProgress):
        publish()


def test_notes_that_are_damaged_or_lost_only_cost_time(publish: Publish, site: Path, store: Store) -> None:
    before = files(site)
    (note,) = (store.path / ".published").glob("*.made.json")
    for damage in (b"", b'{"files": {"a": [1]}, "named": 7, "changed": true}', b"[]"):
        note.write_bytes(damage)
        publish()
        assert files(site) == before
