"""From records to figures: people, not hits."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.services.tracking.figures import CLASSES, Count, figures


def send(state: str, photo: str = "p1", address: str | None = None, collage: str = "0001") -> dict[str, Any]:
    return {
        "time": "2026-11-20T06:00:00Z",
        "state": state,
        "collage": collage,
        "photo": photo,
        "address": address or f"{photo}@example.org",
        "message_id": f"<{photo}.{collage}@sayno.example>",
    }


def opened(
    photo: str | None = "p1", kind: str = "human", collage: str = "0001", day: str = "2026-11-20"
) -> dict[str, Any]:
    record = {"time": f"{day}T07:00:00Z", "campaign": "sayno", "collage": collage, "class": kind}
    return record if photo is None else record | {"photo": photo}


def told(*photos: str, collage: str = "0001") -> list[dict[str, Any]]:
    return [send(state, photo, collage=collage) for photo in photos for state in ("intended", "sent")]


def test_nothing_counts_as_nothing() -> None:
    counted = figures([], [])
    assert (counted.told, counted.delivered, counted.opened, counted.hits) == (0, 0, 0, 0)
    assert counted.by_day == {}
    assert counted.by_class == dict.fromkeys(CLASSES, Count(0, 0))


def test_told_is_delivered_failed_and_uncertain() -> None:
    counted = figures([*told("a", "b"), send("intended", "c"), send("failed", "c"), send("intended", "d")], [])
    assert (counted.told, counted.delivered, counted.failed, counted.uncertain) == (4, 2, 1, 1)


def test_who_was_reached_at_the_second_try_was_reached() -> None:
    counted = figures([send("intended"), send("failed"), send("intended"), send("sent")], [])
    assert (counted.told, counted.delivered, counted.failed) == (1, 1, 0)


def test_who_was_reached_once_stays_reached_whatever_becomes_of_another_mail() -> None:
    counted = figures([*told("p1"), send("intended", collage="0002"), send("failed", collage="0002")], [])
    assert (counted.told, counted.delivered, counted.failed) == (1, 1, 0)


def test_the_record_of_a_mails_end_may_lack_whom_it_is_about() -> None:
    end = {key: value for key, value in send("sent").items() if key not in ("address", "photo")}
    assert figures([send("intended"), end], [opened()]).delivered == 1
    assert figures([end], [opened()]).told == 0


def test_who_opens_often_is_one_person() -> None:
    counted = figures(told("a", "b"), [opened("a"), opened("a"), opened("a", "proxy")])
    assert (counted.opened, counted.hits) == (1, 3)


def test_a_person_counts_in_the_class_that_tells_most_of_a_person() -> None:
    opens = [opened("a", "prefetch"), opened("a", "human"), opened("b", "prefetch"), opened("b", "proxy")]
    counted = figures(told("a", "b", "c"), [*opens, opened("c", "prefetch"), opened("c", "unknown")])
    assert counted.by_class == {
        "human": Count(1, 1),
        "proxy": Count(1, 1),
        "unknown": Count(1, 1),
        "prefetch": Count(0, 3),
    }


def test_a_class_that_nobody_knows_is_unknown() -> None:
    assert figures(told("a"), [opened("a", "=HYPERLINK()")]).by_class["unknown"] == Count(1, 1)


def test_a_person_counts_on_the_day_of_the_first_open_in_whatever_order_the_records_come() -> None:
    opens = [opened("a", day="2026-11-22"), opened("a", day="2026-11-20"), opened("b", day="2026-11-22")]
    counted = figures(told("a", "b"), opens)
    assert list(counted.by_day.items()) == [("2026-11-20", Count(1, 1)), ("2026-11-22", Count(1, 2))]


def test_one_collage_is_counted_without_the_others() -> None:
    sends = [*told("a", "b"), *told("a", collage="0002")]
    opens = [opened("a"), opened("b"), opened("a", collage="0002")]
    second = figures(sends, opens, "0002")
    assert (second.told, second.delivered, second.opened, second.hits) == (1, 1, 1, 1)


def test_a_person_with_two_photos_in_two_collages_is_one_person() -> None:
    sends = [send("sent", "a", "Ann@example.org"), send("sent", "b", "ann@example.org", "0002")]
    counted = figures(sends, [opened("a"), opened("b", collage="0002")])
    assert (counted.told, counted.opened) == (1, 1)


def test_hits_of_people_without_a_mail_are_only_hits() -> None:
    counted = figures(told("a"), [opened("a"), opened("trial")])
    assert (counted.opened, counted.hits, counted.nobodys) == (1, 2, 1)


def test_where_opens_are_nobodys_in_particular_there_are_only_hits() -> None:
    counted = figures(told("a", "b"), [opened(None), opened(None, "proxy")])
    assert (counted.opened, counted.hits, counted.nobodys) == (None, 2, 0)
    assert counted.by_class["human"] == Count(0, 1)
    assert counted.by_day == {"2026-11-20": Count(0, 2)}
    assert counted.as_json()["opened"] is None


def test_the_json_and_the_table_say_the_same() -> None:
    counted = figures(told("a", "b"), [opened("a"), opened("b", "proxy", day="2026-11-21")])
    told_json = counted.as_json()
    rows = {(what, which): (people, hits) for what, which, people, hits in counted.as_rows()}
    assert rows["told", ""] == (told_json["told"], None)
    assert rows["opened", ""] == (told_json["opened"], told_json["hits"]) == (2, 2)
    assert rows["class", "proxy"] == (1, 1)
    assert rows["day", "2026-11-21"] == (1, 1)
    assert told_json["by_day"] == [
        {"day": "2026-11-20", "people": 1, "hits": 1},
        {"day": "2026-11-21", "people": 1, "hits": 1},
    ]


PHOTOS = st.sampled_from(["a", "b", "c", "d"])
COLLAGES = st.sampled_from(["0001", "0002"])
SENDS = st.lists(
    st.builds(send, st.sampled_from(["intended", "sent", "failed"]), PHOTOS, collage=COLLAGES), max_size=20
)
OPENS = st.lists(
    st.builds(
        opened,
        st.none() | PHOTOS,
        st.sampled_from([*CLASSES, "other"]),
        COLLAGES,
        st.sampled_from(["2026-11-20", "2026-11-21", "2026-12-01"]),
    ),
    max_size=30,
)


@given(SENDS, OPENS, st.none() | COLLAGES)
def test_figures_always_add_up(sends: list[dict[str, Any]], opens: list[dict[str, Any]], collage: str | None) -> None:
    counted = figures(sends, opens, collage)
    assert counted.told == counted.delivered + counted.failed + counted.uncertain
    people = counted.opened or 0
    assert people <= counted.told
    assert sum(count.people for count in counted.by_class.values()) == people
    assert sum(count.people for count in counted.by_day.values()) == people
    assert sum(count.hits for count in counted.by_class.values()) == counted.hits
    assert sum(count.hits for count in counted.by_day.values()) == counted.hits
    assert people + counted.nobodys <= counted.hits
