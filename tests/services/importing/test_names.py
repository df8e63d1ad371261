"""What the assets of imported pictures are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.cloudinary.public_ids import batches, check_public_id
from app.adapters.store.names import file_name
from app.core.errors import BadPublicId
from app.services.importing.names import public_id, stem, tags

PATHS = st.lists(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
        lambda part: part not in (".", "..")
    ),
    min_size=1,
    max_size=4,
).map("/".join)


def test_a_name_can_be_read_and_is_the_same_on_every_machine() -> None:
    assert public_id("sayno", "Sommer 2025/Anna & Bob.HEIC") == "sayno/Sommer_2025-Anna_Bob-052a5fd7"
    assert public_id("sayno", "IMG_1234.jpg") != public_id("sayno", "IMG_1234.png")
    assert public_id("sayno", "a/b.jpg") != public_id("sayno", "a-b.jpg")


@given(PATHS)
def test_every_path_has_a_public_id_in_the_campaigns_folder_and_a_file_name(path: str) -> None:
    name = public_id("sayno", path)
    check_public_id(name)
    file_name(name)
    assert name.rpartition("/")[0] == "sayno"


@given(st.lists(PATHS, unique=True, max_size=20))
def test_different_paths_have_different_public_ids(paths: list[str]) -> None:
    assert len({public_id("sayno", path) for path in paths}) == len(paths)


def test_a_folder_too_long_for_a_file_name_is_refused() -> None:
    with pytest.raises(BadPublicId):
        public_id("f" * 199, "a.jpg")


def test_each_folder_of_a_picture_is_a_tag() -> None:
    assert tags("a.jpg") == ()
    assert tags("Europe/Paris, by night/Europe/a.jpg") == ("Europe", "Paris by night")


@given(PATHS)
def test_tags_have_no_commas_and_are_not_empty(path: str) -> None:
    assert all(tag and "," not in tag and len(tag) <= 255 for tag in tags(path))


def test_a_stem_lacks_only_the_last_ending() -> None:
    assert [stem(file) for file in ("a.b/c.d.jpg", "a.b/c", "a/.jpg")] == ["a.b/c.d", "a.b/c", "a/.jpg"]


@given(st.lists(st.text(min_size=1, max_size=255)))
def test_questions_about_public_ids_lose_none_and_keep_their_order(names: list[str]) -> None:
    parts = list(batches(names))
    assert [name for part in parts for name in part] == names
    assert all(1 <= len(part) <= 100 for part in parts)
