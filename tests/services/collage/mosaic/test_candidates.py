"""Who may be seated in a mosaic: claims as in any collage; the picture decides only among equals."""

from __future__ import annotations

from app.adapters.store.photos.listing import Photo
from app.services.collage import choice
from app.services.collage.mosaic.candidates import Candidates, candidates

ANNA, BEN, CEM, DORA = (Photo(one, number) for number, one in enumerate(["anna", "ben", "cem", "dora"]))
EVERYONE = [ANNA, BEN, CEM, DORA]


def test_where_there_is_room_everyone_is_certain() -> None:
    line = choice.line(EVERYONE, {"anna": 2})
    assert candidates(line, 4) == Candidates(["ben", "cem", "dora", "anna"], [])
    assert candidates(line, 9).possible == []


def test_among_people_who_were_in_as_many_collages_the_picture_decides() -> None:
    assert candidates(choice.line(EVERYONE, {}), 2) == Candidates([], ["anna", "ben", "cem", "dora"])


def test_those_who_were_left_out_come_first() -> None:
    line = choice.line(EVERYONE, {"anna": 1, "ben": 1, "cem": 1})
    assert candidates(line, 2) == Candidates(["dora"], ["anna", "ben", "cem"])
    assert candidates(line, 1) == Candidates(["dora"], [])


def test_those_who_are_pinned_are_certain() -> None:
    line = choice.line(EVERYONE, {"dora": 5}, pin={"dora": "middle"})
    assert candidates(line, 2) == Candidates(["dora"], ["anna", "ben", "cem"])
    assert candidates(line, 1) == Candidates(["dora"], [])


def test_the_next_photo_of_a_person_has_their_claim() -> None:
    line = choice.line(EVERYONE, {"anna": 1, "ben": 1}, alike=[(BEN, ANNA)])
    assert (line.queue, line.claims) == ([CEM, DORA, BEN], {"ben": 2})
    assert choice.without(line, {"ben"}).claims == {"anna": 2}
