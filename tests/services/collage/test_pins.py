"""People who are pinned to a place: who gets in, where they sit, and what keeps them there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice
from app.services.collage.choice import Line
from app.services.collage.layout import places
from app.services.collage.plan import plan_revision
from scripts.sandbox.stored import CAMPAIGN, break_both, built, put

ANNA, BEN, CEM, DORA = (Photo(one, number) for number, one in enumerate(["anna", "ben", "cem", "dora"]))


def test_somebody_pinned_is_shown_whoever_else_waits() -> None:
    seen = {"anna": 9}
    line = choice.line([ANNA, BEN, CEM, DORA], seen, pin={"anna": "1,1"})
    assert line.queue == [ANNA, BEN, CEM, DORA]
    assert choice.line([ANNA, BEN], seen, {"anna"}, pin={"anna": "middle"}) == Line([BEN], {}, {})
    assert choice.line([BEN], seen, pin={"anna": "middle"}).pins == {}


def test_the_pinned_photo_of_a_person_is_the_one_that_is_shown() -> None:
    line = choice.line([ANNA, BEN, CEM, DORA], {}, alike=[(DORA, CEM, ANNA)], pin={"cem": "middle"})
    assert (line.queue, line.others) == ([CEM, BEN], {"cem": (DORA, ANNA)})
    both = choice.line([ANNA, BEN, CEM], {}, alike=[(CEM, BEN, ANNA)], pin={"anna": "1,1", "ben": "1,2"})
    assert sorted(photo.public_id for photo in both.queue) == ["anna", "ben"]


def test_a_pinned_photo_that_cannot_be_read_leaves_its_place_to_the_same_persons_next() -> None:
    line = Line([ANNA, BEN], {"anna": (CEM,)}, {"anna": "1,2"})
    assert choice.without(line, {"anna"}) == Line([CEM, BEN], {}, {"cem": "1,2"})
    assert choice.without(line, {"anna", "cem"}).pins == {"cem": "1,2"}
    assert choice.without(choice.without(line, {"anna"}), {"cem"}) == Line([BEN], {}, {})


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.dictionaries(st.integers(0, 99), st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=20),
)
def test_everyone_has_one_place_and_the_others_keep_their_order(
    cols: int, rows: int, wanted: dict[int, tuple[int, int]]
) -> None:
    everyone = [f"p{number:02}" for number in range(cols * rows)]
    pinned = {f"p{number:02}": f"{row},{col}" for number, (row, col) in wanted.items()}
    result = places.arranged(everyone, pinned, cols, rows)
    assert sorted(result) == everyone
    others = [one for one in result if one not in pinned]
    assert others == sorted(others)
    for public_id, place in pinned.items():
        row, col = places.cell(place, cols, rows)
        alone = [places.cell(other, cols, rows) for other in pinned.values()].count((row, col)) == 1
        if public_id in everyone and row < rows and col < cols and alone:
            assert result[row * cols + col] == public_id


def test_the_middle_is_the_middle_and_a_place_that_is_gone_becomes_the_nearest() -> None:
    everyone = list("abcdefghi")
    assert places.arranged(everyone, {"a": "middle"}, 3, 3)[4] == "a"
    assert places.arranged(everyone[:4], {"a": "middle"}, 2, 2)[0] == "a"
    assert places.arranged(everyone, {"a": "9,2"}, 3, 3)[7] == "a"


@pytest.mark.parametrize("place", ["", "here", "0,1", "1,0", "1", "1,2,3", "-1,2", "1.5,2", "1234567,1", "²,1"])
def test_what_is_no_place_is_refused_by_the_persons_name(place: str) -> None:
    with pytest.raises(BadParameters, match=r"^anna can be pinned to middle, or to a row and column such as 2,3"):
        places.pins({"anna": place})


def test_a_place_may_be_written_with_spaces_and_capitals() -> None:
    assert places.pins({"b": " Middle ", "a": "2 , 3"}) == {"a": "2,3", "b": "middle"}


def test_a_place_outside_of_the_grid_and_one_for_two_are_refused_in_a_sentence() -> None:
    places.require_places({"anna": "2,3", "ben": "middle"}, 3, 2)
    with pytest.raises(
        BadParameters, match=r"anna is pinned to 3,1, which is outside the grid of 2 rows and 3 columns"
    ):
        places.require_places({"anna": "3,1"}, 3, 2)
    with pytest.raises(BadParameters, match=r"anna and ben are both pinned to row 1, column 2"):
        places.require_places({"anna": "middle", "ben": "1,2"}, 3, 2)


def test_a_pinned_photo_that_cannot_be_read_does_not_fail_the_collage(store: Store) -> None:
    people = put(store, range(4))
    break_both(store, people[0])
    made = built(store, width=240, height=240, pin={people[0]: "2,1", people[3]: "1,1"})
    assert (made["unreadable"], made["pin"]) == ([people[0]], {people[3]: "1,1"})
    assert made["tiles"][0]["public_id"] == people[3]


def test_a_collage_records_its_pins_and_a_revision_keeps_them(store: Store) -> None:
    people = put(store, range(9))
    pin = {people[0]: "middle", people[8]: "1,1", people[3]: "1,2"}
    first = built(store, width=240, height=240, pin=pin)
    assert first["pin"] == dict(sorted(pin.items()))
    grid = first["layout"]
    seated = {(tile["row"], tile["col"]): tile["public_id"] for tile in first["tiles"]}
    middle = (grid["rows"] - 1) // 2, (grid["cols"] - 1) // 2
    assert (seated[middle], seated[0, 0], seated[0, 1]) == (people[0], people[8], people[3])
    old = store.collages.manifest(CAMPAIGN, "0001")
    store.photos.remove(CAMPAIGN, people[3])
    planned = plan_revision(store, CAMPAIGN, old, [])
    assert planned is not None
    assert planned.line.pins == {people[0]: "middle", people[8]: "1,1"}
    assert choice.arranged(planned.line, planned.grid)[0] == people[8]
