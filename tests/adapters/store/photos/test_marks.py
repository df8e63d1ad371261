"""The modification time of a file made from an archive identifies the picture: its version, and where it was cut."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.exiftool import Tags
from app.adapters.store import Store
from app.adapters.store.photos.reading import JPEG_END, PNG_END
from app.core.cropping import Cut, at

VERSION = 1_795_852_549


def cut(place: float) -> Cut:
    return at(4000, 3000, place, "hand")


def mark(place: float | None, version: int = VERSION) -> float:
    found = Tags(version=version, cut=None if place is None else cut(place)).mark
    assert found is not None
    return found


def put(store: Store, mark: float | None) -> None:
    store.photos.put("sayno", "p", JPEG_END, PNG_END, 5.0, mark, {"thumb": JPEG_END})


@given(st.floats(0, 1), st.integers(0, 2**31 - 1))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mark_comes_back_from_the_disk(store: Store, place: float, version: int) -> None:
    put(store, mark(place, version))
    assert store.photos.fits("sayno", "p", mark(place, version))
    assert not store.photos.fits("sayno", "p", mark(place, version + 1))
    assert store.photos.variant("sayno", "p", "thumb") is not None


def test_another_cut_of_the_same_version_has_another_number(store: Store) -> None:
    numbers = []
    for place in (None, 0.0, 0.001, 0.5, 1.0):
        put(store, mark(place))
        numbers.append(store.photos.version("sayno", "p"))
        assert store.photos.versions("sayno", ["p"]) == {"p": numbers[-1]}
    assert numbers[0] == VERSION
    assert len(set(numbers)) == len(numbers)


def test_what_is_of_another_cut_neither_fits_nor_is_shown(store: Store) -> None:
    put(store, mark(0.2))
    store.photos.put_intermediate("sayno", "p", PNG_END, mark(0.9))
    assert not store.photos.fits("sayno", "p", mark(0.2))
    assert store.photos.variant("sayno", "p", "thumb") is None
    assert not store.photos.fits("sayno", "p", mark(None)), "nor that of a photo that was not cut"


@pytest.mark.parametrize("place", [None, 0.2])
def test_a_file_system_without_fractions_of_seconds_is_good_enough(store: Store, place: float | None) -> None:
    put(store, mark(place))
    for path in (store.root.path / "sayno/thumbnails").iterdir():
        os.utime(path, (VERSION, VERSION))
    assert store.photos.fits("sayno", "p", mark(place))
    assert store.photos.variant("sayno", "p", "thumb") == (JPEG_END, VERSION)
