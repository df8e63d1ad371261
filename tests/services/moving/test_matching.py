"""Which asset a prototype's archive is of."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.core.sources import Asset
from app.services.moving.matching import Matching, old_name


def asset(public_id: str, version: int = 1000, approved: bool = True, kind: str = "image") -> Asset:
    return Asset(public_id, f"asset-{public_id}", "sayno", version, approved, 0.0, None, "https://x", kind)


def verdict(name: str, *assets: Asset, written_at: float = 1000) -> str:
    return Matching(assets).judge(name, written_at)[0]


def test_an_archive_is_taken_over_if_one_approved_asset_has_its_name_and_is_not_newer() -> None:
    assert verdict("a_b", asset("a/b")) == "take"
    assert verdict("a_b", asset("a/b"), asset("a/b")) == "take"  # in two lists
    assert verdict("a_b", asset("a/b"), written_at=999.9) == "older"
    assert verdict("a_b", asset("a/b", approved=False)) == "gone"
    assert verdict("a_b", asset("a/c")) == "unknown"
    assert verdict("a_b", asset("a/b", kind="video")) == "unknown"


def test_a_name_that_stands_for_two_photos_is_not_guessed_even_if_one_was_rejected() -> None:
    found, assets = Matching([asset("a/b"), asset("a_b", approved=False)]).judge("a_b", 2000)
    assert found == "ambiguous"
    assert sorted(one.public_id for one in assets) == ["a/b", "a_b"]


def test_the_spelling_in_unicode_does_not_count() -> None:
    for form in ("NFC", "NFD"):
        assert verdict(unicodedata.normalize(form, "ä_Zoë"), asset("ä/Zoë")) == "take"


@given(st.sets(st.text("ab/_", min_size=1, max_size=4), min_size=1))
def test_every_asset_is_found_under_its_name_or_named_as_one_of_several(public_ids: set[str]) -> None:
    matching = Matching(map(asset, public_ids))
    for public_id in public_ids:
        found, assets = matching.judge(old_name(public_id), 1000)
        same = {other for other in public_ids if old_name(other) == old_name(public_id)}
        assert {one.public_id for one in assets} == same
        assert found == ("take" if same == {public_id} else "ambiguous")
