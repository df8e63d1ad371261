"""Reading from the send log who got a mail."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.services.notify.history import history


def record(state: str, address: str | None = "ann@example.org", collage: str = "0001", **more: Any) -> dict[str, Any]:
    return {"state": state, "collage": collage, "message_id": "<1@x>", "photo": "p", "address": address} | more


def test_without_records_nobody_was_told_of_anything() -> None:
    assert history([]).of("ann@example.org") == {}
    assert history([]).uncertain("0001") == []


def test_the_last_record_of_a_person_and_a_collage_counts() -> None:
    told = history(
        [
            record("intended"),
            record("failed", permanent=False),
            record("intended"),
            record("sent"),
            record("intended", collage="0002"),
        ]
    )
    assert told.of("ann@example.org") == {"0001": "sent", "0002": "uncertain"}
    assert told.uncertain("0002") == ["ann@example.org"]
    assert told.uncertain("0001") == []


def test_upper_and_lower_case_are_the_same_person() -> None:
    told = history([record("intended", "Ann@Example.org"), record("sent", "ann@example.ORG")])
    assert told.of("ANN@example.org") == {"0001": "sent"}


def test_what_was_refused_for_good_is_known_from_what_may_be_tried_again() -> None:
    assert history([record("intended"), record("failed", permanent=True)]).of("ann@example.org") == {"0001": "refused"}
    assert history([record("intended"), record("failed", permanent=False)]).of("ann@example.org") == {"0001": "failed"}


def test_a_record_of_someone_whose_photo_went_meanwhile_is_found_by_its_message() -> None:
    nameless = {"state": "sent", "collage": "0001", "message_id": "<1@x>"}
    assert history([record("intended"), nameless]).of("ann@example.org") == {"0001": "sent"}
    assert history([nameless]).states == {}, "a forgotten person stays forgotten"


@given(st.lists(st.dictionaries(st.sampled_from(["state", "collage", "message_id", "address", "x"]), st.text())))
def test_a_record_that_lacks_fields_is_read(records: list[dict[str, Any]]) -> None:
    for states in history(records).states.values():
        assert set(states.values()) <= {"sent", "uncertain", "failed", "refused"}
