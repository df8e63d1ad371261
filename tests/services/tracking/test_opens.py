"""Which opens are recorded, for whom none are, and that a failure never has consequences."""

from __future__ import annotations

import dataclasses
import errno
import logging
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.services.check.tree import strays
from app.services.tracking.opens import SAID_EVERY, Recorder
from app.services.tracking.tokens import Claims
from tests.support import counted
from tests.support.failing import FailingDisk, fails, fills
from tests.support.mailed import ALLOWED, BROWSER, NOW, opens, present

KINDS = ("human", "proxy", "prefetch", "unknown")

CLAIMS = Claims("sayno", "0001", "ann")
HEADERS = {"User-Agent": BROWSER, "X-Forwarded-For": "203.0.113.9", "Cookie": "a=b", "Referer": "https://mail.example"}


def campaigns(tracking: str = "individual") -> Campaigns:
    return Campaigns([Campaign("sayno", "Say No", "sayno", tracking=tracking)])


@pytest.fixture
def peopled(store: Store) -> Store:
    present(store, "ann", "bob")
    return store


def test_an_open_is_its_time_campaign_collage_photo_and_class_and_nothing_else(peopled: Store) -> None:
    Recorder(peopled, campaigns()).record(CLAIMS, HEADERS, NOW)
    assert opens(peopled) == [
        {"time": "2026-11-20T06:04:05Z", "campaign": "sayno", "collage": "0001", "photo": "ann", "class": "human"}
    ]


def test_where_tracking_is_aggregate_no_photo_is_named(peopled: Store) -> None:
    (before,) = counted.own("collagen_opens_total", ["prefetch"])
    Recorder(peopled, campaigns("aggregate")).record(CLAIMS, {"User-Agent": "Mozilla/5.0"}, NOW)
    assert counted.own("collagen_opens_total", ["prefetch"]) == [before + 1]
    assert opens(peopled) == [
        {"time": "2026-11-20T06:04:05Z", "campaign": "sayno", "collage": "0001", "class": "prefetch"}
    ]
    assert b"ann" not in b"".join(path.read_bytes() for path in peopled.opens.directory("sayno").iterdir())


def test_of_somebody_who_did_not_consent_to_it_no_photo_is_named(peopled: Store) -> None:
    Recorder(peopled, campaigns()).record(dataclasses.replace(CLAIMS, individual=False), HEADERS, NOW)
    assert opens(peopled) == [
        {"time": "2026-11-20T06:04:05Z", "campaign": "sayno", "collage": "0001", "class": "human"}
    ]


@given(st.dictionaries(st.text(), st.text()), st.sampled_from(["individual", "aggregate"]))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_request_says_only_the_allowed_is_kept(peopled: Store, headers: dict[str, str], how: str) -> None:
    before = len(opens(peopled))
    Recorder(peopled, campaigns(how)).record(CLAIMS, headers, NOW)
    [record] = opens(peopled)[before:]
    assert record.keys() == ALLOWED - ({"photo"} if how == "aggregate" else set())


@pytest.mark.parametrize("tracking", ["individual", "aggregate"])
@pytest.mark.parametrize(
    "claims",
    [
        dataclasses.replace(CLAIMS, public_id=""),
        dataclasses.replace(CLAIMS, public_id="gone"),
        dataclasses.replace(CLAIMS, public_id="withdrawn"),
        dataclasses.replace(CLAIMS, campaign="ended"),
    ],
    ids=["a mail on trial", "a photo that is gone", "a person who withdrew", "a campaign that is no more"],
)
def test_nothing_is_recorded_of(peopled: Store, claims: Claims, tracking: str) -> None:
    present(peopled, "withdrawn")
    peopled.unsubscribes.add("sayno", NOW, "jo@example.org", ["withdrawn"])
    before = counted.own("collagen_opens_total", KINDS)
    Recorder(peopled, campaigns(tracking)).record(claims, HEADERS, NOW)
    assert opens(peopled) == []
    assert counted.own("collagen_opens_total", KINDS) == before


def test_where_tracking_is_off_nothing_is_recorded(peopled: Store) -> None:
    Recorder(peopled, campaigns("off")).record(CLAIMS, HEADERS, NOW)
    assert opens(peopled) == []


def test_for_a_check_nothing_about_opens_and_withdrawals_is_stray_or_lost(peopled: Store) -> None:
    Recorder(peopled, campaigns()).record(CLAIMS, HEADERS, NOW)
    peopled.unsubscribes.add("sayno", NOW, "jo@example.org", ["bob"])
    (peopled.opens.directory("sayno") / "20261120.new-1-00000000.jsonl").touch()  # a moment before its first line
    assert list(strays(peopled, "sayno")) == []


def unmount(store: Store) -> None:
    (store.root.path / ".collagen").unlink()


def put_a_file_in_the_way(store: Store) -> None:
    (store.root.path / "sayno/logs").mkdir()
    (store.root.path / "sayno/logs/opens").write_bytes(b"")


def spoil_the_list_of_the_withdrawn(store: Store) -> None:
    store.unsubscribes.add("sayno", NOW, "jo@example.org", [])
    (store.root.path / "sayno/logs/unsubscribed.jsonl").write_text("no JSON\n")


@pytest.mark.parametrize("spoil", [unmount, put_a_file_in_the_way, spoil_the_list_of_the_withdrawn])
def test_a_failed_record_is_logged_once_a_minute_and_raises_nothing(
    peopled: Store, caplog: pytest.LogCaptureFixture, spoil: Callable[[Store], None]
) -> None:
    spoil(peopled)
    now = [1000.0]
    recorder = Recorder(peopled, campaigns(), lambda: now[0])
    with caplog.at_level(logging.INFO):
        for _ in range(50):
            recorder.record(CLAIMS, HEADERS, NOW)
        assert len(caplog.messages) == 1
        now[0] += SAID_EVERY
        recorder.record(CLAIMS, HEADERS, NOW)
    assert len(caplog.messages) == 2
    assert "unsaid: 49" in caplog.messages[1]
    assert "Traceback" not in caplog.text
    for private in (str(peopled.root.path), "ann", "203.0.113.9", "Firefox"):
        assert private not in caplog.text


@pytest.mark.parametrize("strike", [fails(errno.EROFS), fails(errno.EIO), fills], ids=["read-only", "failing", "full"])
def test_whichever_operation_of_the_disk_fails_nothing_is_raised_and_no_line_is_torn(
    peopled: Store, strike: object
) -> None:
    number = 0
    while True:
        disk = FailingDisk(number, strike)  # type: ignore[arg-type]
        recorder = Recorder(Store(peopled.root.path, disk), campaigns())
        for _ in range(3):
            recorder.record(CLAIMS, HEADERS, NOW)
        if len(disk.done) <= number:
            break
        number += 1
    assert number > 5
    for path in peopled.opens.directory("sayno").iterdir():
        assert path.read_bytes().endswith(b"}\n") or path.stat().st_size == 0
    assert 2 * number <= len(opens(peopled)) <= 3 * number + 3
