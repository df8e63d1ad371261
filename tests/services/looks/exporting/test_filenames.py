"""What exported pictures are called."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.photos.entries import Entry
from app.services.looks.exporting.filenames import LONGEST, camera_number, candidates, place, slug


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Montréal, Québec", "montreal_quebec"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("L'Aquila", "l_aquila"),
        ("../../etc", "etc"),
        ("東京", ""),
    ],
)
def test_a_slug_is_lower_case_ascii(text: str, made: str) -> None:
    assert slug(text) == made


@given(st.text())
def test_any_text_makes_a_harmless_slug(text: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(_[a-z0-9]+)*)?", slug(text))


def test_a_place_is_city_and_region_or_the_campaigns_name() -> None:
    def where(**known: str) -> str:
        return place(Entry("a", "id", 1, **known), "sayno")  # type: ignore[arg-type]

    assert where(city="Montreal", region="Quebec", country="Canada") == "montreal_quebec"
    assert where(city="Monaco", country="Monaco") == "monaco"
    assert where(city="東京", region="東京都") == where() == place(None, "sayno") == "sayno"
    assert place(None, "___") == "photo"
    assert len(where(city="a" * 500)) == LONGEST


@pytest.mark.parametrize(
    ("public_id", "number"),
    [
        ("IMG_1234", "1234"),
        ("sayno/Summer_2025-IMG_1234-1f2e3d4c", "1234"),
        ("DSC01234", "1234"),
        ("_DSC0042", "0042"),
        ("P1011234", "1234"),
        ("bs8psp5f", None),
        ("5f3a12349876abcd12340000", None),
        ("12345678", None),
        ("me_2024", None),
    ],
)
def test_the_number_is_the_cameras_where_the_name_has_one(public_id: str, number: str | None) -> None:
    assert camera_number(public_id) == number


def test_colliding_numbers_get_a_counter_and_others_count_on() -> None:
    assert list(itertools.islice(candidates("berlin", "IMG_1234"), 3)) == [
        "berlin_1234",
        "berlin_1234_1",
        "berlin_1234_2",
    ]
    assert list(itertools.islice(candidates("berlin", "x7k2", 9), 2)) == ["berlin_0009", "berlin_0010"]
