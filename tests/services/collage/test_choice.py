"""Who is in a collage: newcomers first, then those who have been in the fewest, then the earliest approved."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice, layout


def names(photos: list[Photo]) -> list[str]:
    return [photo.public_id for photo in photos]


ANNA, BEN, CEM, DORA = (Photo(name, 1000 + number) for number, name in enumerate(["zz/anna", "ben", "cem", "dora"]))


def test_newcomers_come_first_then_the_earliest_approved() -> None:
    seen = choice.appearances([["zz/anna", "cem"]])
    assert names(choice.line([DORA, CEM, BEN, ANNA], seen).queue) == ["ben", "dora", "zz/anna", "cem"]


def test_among_the_others_those_in_the_fewest_collages_come_first() -> None:
    seen = choice.appearances([["zz/anna", "ben"], ["zz/anna", "ben", "cem", "dora"], ["zz/anna"]])
    assert seen == {"zz/anna": 3, "ben": 2, "cem": 1, "dora": 1}
    assert names(choice.line([ANNA, BEN, CEM, DORA], seen).queue) == ["cem", "dora", "ben", "zz/anna"]


def test_two_approved_at_the_same_moment_keep_one_order() -> None:
    twins = [Photo("b", 5), Photo("a", 5)]
    assert names(choice.line(twins, {}).queue) == names(choice.line(twins[::-1], {}).queue) == ["a", "b"]
    assert names(choice.seated(twins)) == ["a", "b"]


def test_a_person_in_two_tiles_of_one_collage_has_been_in_one() -> None:
    assert choice.appearances([["ben", "ben"]]) == {"ben": 1}


def test_people_who_have_left_the_campaign_are_not_in_the_queue() -> None:
    seen = choice.appearances([["gone", "ben"]])
    assert names(choice.line([BEN], seen).queue) == ["ben"]


def test_excluded_people_are_not_in_the_queue() -> None:
    assert names(choice.line([ANNA, BEN, CEM], {}, exclude={"ben", "nobody"}).queue) == ["zz/anna", "cem"]


def test_several_photos_of_one_person_claim_one_place_and_the_newest_fills_it() -> None:
    seen = choice.appearances([["zz/anna", "ben"]])
    line = choice.line([ANNA, BEN, CEM, DORA], seen, alike=[(CEM, ANNA)])
    assert names(line.queue) == ["dora", "cem", "ben"]  # as Anna, she came before Ben and has been in one collage
    assert line.others == {"cem": (ANNA,)}


def test_an_excluded_photo_is_replaced_by_the_same_persons_next() -> None:
    line = choice.line([ANNA, BEN, CEM], {}, {"cem"}, alike=[(CEM, ANNA)])
    assert (names(line.queue), line.others) == (["zz/anna", "ben"], {})
    assert names(choice.line([ANNA, BEN, CEM], {}, {"cem", "zz/anna"}, alike=[(CEM, ANNA)]).queue) == ["ben"]


def test_a_photo_that_cannot_be_read_gives_its_place_to_the_same_persons_next() -> None:
    line = choice.without(choice.Line([DORA, ANNA], {"dora": (CEM, BEN)}), {"dora"})
    assert (names(line.queue), line.others) == (["cem", "zz/anna"], {"cem": (BEN,)})
    line = choice.without(choice.without(line, {"cem", "zz/anna"}), {"ben"})
    assert (line.queue, line.others) == ([], {})


def test_a_spare_photo_stands_in_only_for_somebody_who_has_no_other_in_the_collage() -> None:
    assert choice.stand_ins([ANNA, BEN], [CEM, DORA], [(CEM, ANNA)]) == ([DORA], {"zz/anna": (CEM,)})
    assert choice.stand_ins([ANNA], [CEM, DORA, BEN], [(DORA, CEM)]) == ([DORA, BEN], {"dora": (CEM,)})


def test_within_the_grid_people_are_in_order_of_approval() -> None:
    assert names(choice.seated([DORA, ANNA, CEM, BEN])) == ["zz/anna", "ben", "cem", "dora"]


@pytest.mark.parametrize(("wished", "there", "invited"), [(None, 7, 7), (3, 7, 3), (7, 7, 7), (100, 7, 7), (1, 1, 1)])
def test_no_more_people_are_invited_than_requested_or_available(wished: int | None, there: int, invited: int) -> None:
    assert choice.invited(wished, there) == invited


@pytest.mark.parametrize(("wished", "there"), [(None, 0), (5, 0), (0, 7), (-1, 7)])
def test_inviting_nobody_is_refused_with_a_sentence(wished: int | None, there: int) -> None:
    with pytest.raises(BadParameters, match=r"^[^\n]+\.$"):
        choice.invited(wished, there)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Photo], Counter[str], int]:
    """Photos, the number of collages each has been in, and the number of places."""
    count = draw(st.integers(1, 40))
    times = draw(st.lists(st.integers(0, 50), min_size=count, max_size=count))
    seen = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    photos = [Photo(f"p{number}", time) for number, time in enumerate(times)]
    order = draw(st.permutations(photos))
    return list(order), Counter({f"p{number}": times for number, times in enumerate(seen)}), draw(st.integers(1, count))


@given(histories())
def test_nobody_who_has_been_in_more_collages_takes_the_place_of_someone_with_fewer(
    history: tuple[list[Photo], Counter[str], int],
) -> None:
    photos, seen, places = history
    queue = choice.line(photos, seen).queue
    assert sorted(names(queue)) == sorted(names(photos))
    seats, standing = queue[:places], queue[places:]
    for seat in seats:
        for other in standing:
            assert seen[seat.public_id] <= seen[other.public_id]
            if seen[seat.public_id] == seen[other.public_id]:
                assert seat.approved_at <= other.approved_at


@given(histories(), st.sets(st.integers(0, 40)))
def test_the_order_of_a_listing_does_not_matter_and_the_excluded_are_all_that_is_missing(
    history: tuple[list[Photo], Counter[str], int], numbers: set[int]
) -> None:
    photos, seen, _ = history
    exclude = {f"p{number}" for number in numbers}
    queue = choice.line(photos, seen, exclude).queue
    assert queue == choice.line(sorted(photos, key=lambda photo: photo.public_id), seen, exclude).queue
    assert set(names(queue)) == set(names(photos)) - exclude


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 25))
def test_over_repeated_collages_everyone_gets_in_and_nobody_twice_more_often_than_another(
    people: int, wished: int
) -> None:
    photos = [Photo(f"p{number}", number) for number in range(people)]
    collages: list[list[str]] = []
    used = layout.best(choice.invited(wished, people), 600, 800).used
    for _ in range(-(-people // used)):
        seen = choice.appearances(collages)
        assert max(seen.values(), default=0) - min((seen[photo.public_id] for photo in photos), default=0) <= 1
        chosen = choice.line(photos, seen).queue[:used]
        collages.append(names(choice.seated(chosen)))
    assert set(choice.appearances(collages)) == set(names(photos))


def test_every_excluded_id_that_the_campaign_does_not_have_is_named() -> None:
    choice.require_known("sayno", [ANNA, BEN], {"ben"})
    with pytest.raises(BadParameters, match=r"^selfie-7 is not in the campaign sayno, so"):
        choice.require_known("sayno", [ANNA, BEN], {"ben", "selfie-7"})
    with pytest.raises(BadParameters, match=r"^a, b and selfie-7 are not in the campaign sayno, so"):
        choice.require_known("sayno", [ANNA, BEN], ["selfie-7", "b", "a", "ben"])
