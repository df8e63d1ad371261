"""What a path says about a photo."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.folder.naming import directory_why_not, is_about_a_picture, public_id_of, rank, split, why_not

PARTS = st.text(st.characters(exclude_characters="/.\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("path", "status", "public_id"),
    [
        ("a.jpg", "approved", "a"),
        ("b/c.d.HEIC", "approved", "b/c.d"),
        ("pending/a.jpg", "pending", "a"),
        ("b/pending/a.jpg", "pending", "b/a"),
        ("Rejected/b/a.jpg", "rejected", "b/a"),
        ("pending/rejected/a.jpg", "rejected", "a"),
        ("rejected.jpg", "approved", "rejected"),
        ("pending party/a.jpg", "approved", "pending party/a"),
    ],
)
def test_folders_named_pending_and_rejected_say_the_status_and_are_not_part_of_the_id(
    path: str, status: str, public_id: str
) -> None:
    assert split(path)[0] == status
    assert public_id_of(path) == public_id


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_both_unicode_forms_of_a_path_have_one_public_id(parts: list[str]) -> None:
    path = "/".join(parts) + ".jpg"
    forms = {public_id_of(unicodedata.normalize(form, path)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.png", "a.WebP", "a.heic", "a.HIF", "a.avif", "a.tiff", "a.gif"])
def test_pictures_are_taken(name: str) -> None:
    assert why_not(name) is None
    assert is_about_a_picture(f"b/{name}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("._a.jpg", "what macOS notes"),
        (".a.jpg", "is hidden"),
        (".DS_Store", "is hidden"),
        ("Thumbs.db", "is no picture"),
        ("IMG_1.MOV", "a video, perhaps of a Live Photo"),
        ("IMG_1.dng", "raw picture; export"),
        ("a.jpg.part", "still being copied"),
        ("a.psd", "does not read (psd)"),
        ("a", "is no picture"),
        ("a\n.jpg", "control characters"),
        ("a .jpg", "blanks at the edge"),
        ("\udcff.jpg", "not UTF-8"),
    ],
)
def test_everything_else_is_skipped_with_its_own_reason(name: str, reason: str) -> None:
    assert reason in (why_not(name) or "")


@pytest.mark.parametrize("name", [".git", "@eaDir", "__MACOSX", "a\n", " a", "\udcff"])
def test_directories_of_programs_and_with_odd_names_are_skipped(name: str) -> None:
    assert directory_why_not(name)
    assert directory_why_not("Grüße an alle") is None


def test_an_approved_file_counts_before_one_that_waits_and_jpeg_before_other_formats() -> None:
    composed, decomposed = (unicodedata.normalize(form, "ä.png") for form in ("NFC", "NFD"))
    paths = ["rejected/a.jpg", "pending/a.jpg", decomposed, "a.tif", composed, "a.png", "a.jpg"]
    assert sorted(paths, key=rank)[0] == "a.jpg"
    assert sorted(paths, key=rank)[-2:] == ["pending/a.jpg", "rejected/a.jpg"]
    assert min((composed, decomposed), key=rank) == composed
