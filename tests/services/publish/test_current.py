"""Whether what is published is of the present, and whether it is to be published now."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.config import Campaigns, load_settings
from app.core.errors import SettingError
from app.services.collage.withdrawn import Withdrawn
from app.services.face.newest import Newest
from app.services.publish.current import AGAIN, Standing, is_due
from app.services.publish.keeping import Keeping
from app.services.publish.plan import GRACE
from app.services.publish.publish import Publisher
from app.services.publish.run import Order
from app.services.publish.sending import Report
from scripts.sandbox import stored
from scripts.sandbox.site import reader, walk
from scripts.sandbox.waiting import wait_for
from tests.support.published import RULES, Clock, Followed

NOW = 1_800_000_000.0
THEN = datetime.fromtimestamp(NOW - 10, UTC)
CURRENT = Standing("site", THEN, THEN, "0001", current=True)


@pytest.mark.parametrize(
    ("found", "now", "due"),
    [
        (Standing("site"), NOW, False),  # there is no collage
        (Standing("site", current=False), NOW, True),
        (CURRENT, NOW, False),
        (dataclasses.replace(CURRENT, current=False), NOW, True),
        (dataclasses.replace(CURRENT, rest=True), NOW, False),
        (dataclasses.replace(CURRENT, rest=True), NOW + GRACE, True),
        (dataclasses.replace(CURRENT, current=False, error="away"), NOW, False),
        (dataclasses.replace(CURRENT, current=False, error="away"), NOW + AGAIN, True),
        (dataclasses.replace(CURRENT, current=False, error="away"), NOW - 100, True),  # a clock was set back
    ],
)
def test_it_is_published_where_it_is_not_of_the_present_and_what_failed_later(
    found: Standing, now: float, due: bool
) -> None:
    assert is_due(found, now) is due


@pytest.fixture
def keeping(store: Store, tmp_path: Path, clock: Clock) -> Iterator[Keeping]:
    campaigns = tmp_path / "campaigns.toml"
    campaigns.write_text('[sayno]\npublic = true\npublish = "site"\n')
    environ = {"COLLAGEN_STORE": str(store.path), "COLLAGEN_CAMPAIGNS": str(campaigns)}
    rules = dataclasses.replace(RULES, publish="site")
    made = Keeping(
        load_settings(environ, Path("/nonexistent")),
        store,
        Campaigns([rules]),
        Newest(store, Withdrawn(store)),
        lambda: clock.at,
    )
    yield made
    made.close()


@pytest.fixture
def note(store: Store, order: Order, clock: Clock, tmp_path: Path) -> Callable[[], Report]:
    """Publishes in this process, as the campaign does by itself."""
    rules = dataclasses.replace(RULES, publish="site")
    own = dataclasses.replace(order, own="site", campaign=rules)
    return lambda: Publisher(store, clock).publish(own, Followed(tmp_path / "site"), None)


def test_what_a_campaign_shows_is_published_by_a_process_of_its_own(keeping: Keeping, tmp_path: Path) -> None:
    assert keeping.look() == ["sayno"]
    assert keeping.look() == []  # one is running

    def is_current() -> bool:
        found = keeping.standing("sayno")
        return found is not None and found.current is True

    wait_for(is_current, "the publication")
    walk(reader(tmp_path / "site"))


def test_after_a_withdrawal_it_is_not_of_the_present_any_more(
    keeping: Keeping, store: Store, note: Callable[[], Report]
) -> None:
    note()
    found = keeping.standing("sayno")
    assert (found and found.current, found and found.at) == (True, datetime.fromtimestamp(NOW, UTC))
    store.photos.remove(stored.CAMPAIGN, stored.name(3))
    found = keeping.standing("sayno")
    assert found is not None
    assert found.current is False


def test_why_it_failed_is_noted_and_what_is_there_stays_known(
    keeping: Keeping, store: Store, note: Callable[[], Report], tmp_path: Path
) -> None:
    note()
    (tmp_path / "site/.collagen-publish.json").write_text('{"campaign": "other"}')
    with pytest.raises(SettingError):
        note()
    found = keeping.standing("sayno")
    assert found is not None
    assert found.error.startswith(f"{tmp_path / 'site'} is the place of another campaign")
    assert (found.collage, found.at) == ("0001", datetime.fromtimestamp(NOW, UTC))


def test_another_place_is_one_where_nothing_is_published(
    store: Store, keeping: Keeping, note: Callable[[], Report]
) -> None:
    note()
    noted = store.published.noted("sayno")
    assert noted is not None
    store.published.note("sayno", noted | {"to": "elsewhere"})
    found = keeping.standing("sayno")
    assert found is not None
    assert (found.at, found.current) == (None, False)


def test_a_campaign_without_the_key_is_not_published(keeping: Keeping) -> None:
    assert keeping.standing("other") is None
