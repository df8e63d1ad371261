"""What oEmbed says, whatever room there is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.services.face.oembed import Page, answer, fitted
from tests.support import previews

SIDES = st.integers(1, 5000)
SIZES = st.tuples(SIDES, SIDES)
HOST = "https://collagen.example.org"


def page(size: tuple[int, int] | None, *, embed: bool, title: str = "Say No") -> Page:
    face = f"{HOST}/c/sayno"
    return Page(title, f"{HOST}/", face, f"{face}/collage.jpg", size, f"{face}/embed" if embed else None)


@given(SIZES, SIZES)
def test_a_picture_keeps_its_shape_within_the_room(size: tuple[int, int], most: tuple[int, int]) -> None:
    width, height = fitted(size, most)
    assert 1 <= width <= min(size[0], most[0])
    assert 1 <= height <= min(size[1], most[1])
    # as near to its shape as whole pixels are
    assert abs(width * size[1] - height * size[0]) <= max(size[0], size[1]) * 1.5 or 1 in (width, height)


# XML has no control characters, nor has a title in campaigns.toml
TITLES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


@given(st.none() | SIZES, SIZES, st.booleans(), TITLES)
def test_an_answer_is_as_the_specification_wants_and_fits(
    size: tuple[int, int] | None, most: tuple[int, int], embed: bool, title: str
) -> None:
    found = answer(page(size, embed=embed, title=title), most)
    previews.rich(found, most)
    assert found["title"] == title
    assert ("thumbnail_url" in found) == (size is not None)
    assert re.fullmatch(r"<(iframe|a) .*</\1>", found["html"], re.DOTALL)


def test_the_wall_is_embedded_only_where_a_website_may_frame_it() -> None:
    assert (
        '<iframe src="https://collagen.example.org/c/sayno/embed" width="960"'
        in answer(page((1920, 1900), embed=True), (10_000, 10_000))["html"]
    )
    html = answer(page((1920, 1900), embed=False, title='<b>"Us"</b>'), (500, 10_000))["html"]
    assert "iframe" not in html
    assert '<img src="https://collagen.example.org/c/sayno/collage.jpg?width=500" width="500" height="495"' in html
    assert 'alt="&lt;b&gt;&quot;Us&quot;&lt;/b&gt;"' in html
