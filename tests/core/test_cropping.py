"""Where a picture is cut: around its faces, never outside of it, in the shape of a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.cropping import Cut, Face, at, choose, is_cut, pixels, window

SIDES = st.integers(1, 6000)


@st.composite
def faces(draw: st.DrawFn, least: int = 0) -> list[Face]:
    """Faces anywhere in a picture, also cut off by its border."""
    found = []
    for _ in range(draw(st.integers(least, 5))):
        left, top = draw(st.floats(0, 0.95)), draw(st.floats(0, 0.95))
        right, bottom = draw(st.floats(left + 0.01, 1)), draw(st.floats(top + 0.01, 1))
        found.append(Face(left, top, right, bottom, draw(st.floats(0.2, 3))))
    return found


@given(SIDES, SIDES, faces())
def test_the_cut_is_the_largest_window_of_three_by_four_inside_the_picture(
    width: int, height: int, found: list[Face]
) -> None:
    left, top, across, down = pixels(choose(width, height, found), width, height)
    assert (across, down) == window(width, height)
    assert 0 <= left <= width - across
    assert 0 <= top <= height - down
    assert across == width or down == height, "nothing is lost on both sides"
    # exact to the pixel: no other whole number is nearer to 3:4
    assert abs(4 * across - 3 * down) <= 2 or 1 in (across, down)


@given(SIDES, SIDES)
def test_without_a_face_the_middle_is_kept(width: int, height: int) -> None:
    cut = choose(width, height, [])
    left, top, across, down = pixels(cut, width, height)
    assert (left, top) == ((width - across) // 2, (height - down) // 2)
    assert (left, top, across, down) == pixels(None, width, height)
    assert cut.why == "middle"


@given(st.integers(60, 6000), st.integers(60, 6000), faces(least=1))
def test_a_face_that_fits_is_kept_whole_and_none_outweighs_the_one_that_is_kept(
    width: int, height: int, found: list[Face]
) -> None:
    cut = choose(width, height, found)

    def kept(face: Face) -> bool:
        slack = 1 / min(width, height)  # a window begins at a whole pixel
        across = cut.left - slack <= face.left and face.right <= cut.right + slack
        return across and cut.top - slack <= face.top and face.bottom <= cut.bottom + slack

    def head_fits(face: Face) -> bool:
        grown_wide, grown_high = 1.7 * (face.right - face.left), 1.85 * (face.bottom - face.top)
        return grown_wide <= cut.right - cut.left and grown_high <= cut.bottom - cut.top

    fitting = [face for face in found if head_fits(face)]
    if fitting:
        weight = sum(face.weight for face in found if kept(face))
        assert weight >= max(face.weight for face in fitting) - 1e-9
    if len(found) == 1 and (found[0].right - found[0].left) <= cut.right - cut.left:
        assert kept(found[0]) or found[0].bottom - found[0].top > cut.bottom - cut.top


@given(st.integers(60, 6000), st.integers(60, 6000), faces(least=1))
def test_a_mirrored_picture_is_cut_at_the_mirrored_place(width: int, height: int, found: list[Face]) -> None:
    if width * 4 <= height * 3:
        return  # the window moves up and down
    cut = choose(width, height, found[:1])
    mirrored = [Face(1 - one.right, one.top, 1 - one.left, one.bottom, one.score) for one in found[:1]]
    other = choose(width, height, mirrored)
    assert abs(cut.left - (1 - other.right)) <= 1.01 / width


@given(st.integers(2, 6000), st.integers(2, 6000), st.floats(0, 1))
def test_a_place_comes_back_from_the_cut_that_it_made(width: int, height: int, place: float) -> None:
    cut = at(width, height, place, "hand")
    assert pixels(at(width, height, cut.place, "hand"), width, height) == pixels(cut, width, height)
    assert 0 <= cut.place <= 1


@pytest.mark.parametrize(
    ("size", "kept"),
    [((4000, 3000), (0, 0.5625)), ((6000, 3000), (0, 0.375))],
)
def test_a_face_at_the_side_moves_the_window_to_that_side(size: tuple[int, int], kept: tuple[float, float]) -> None:
    cut = choose(*size, [Face(0.05, 0.4, 0.2, 0.6, 1.0)])
    assert (cut.left, cut.right) == pytest.approx(kept, abs=0.001)
    assert cut.why == "face"


def test_one_face_is_put_in_the_middle_of_a_landscape_picture() -> None:
    cut = choose(4000, 3000, [Face(0.3, 0.4, 0.4, 0.53, 1.5)])
    assert (cut.left + cut.right) / 2 == pytest.approx(0.35, abs=0.001)


def test_a_tall_picture_keeps_the_hair() -> None:
    cut = choose(900, 1600, [Face(0.3, 0.12, 0.7, 0.34, 1.5)])
    assert cut.top < 0.02, "the middle would begin at an eighth, in the forehead's hair"


def test_all_faces_are_kept_where_they_fit_and_else_those_that_weigh_most() -> None:
    near = [Face(0.05, 0.4, 0.15, 0.5, 1.0), Face(0.3, 0.4, 0.4, 0.5, 1.0)]
    cut = choose(4000, 3000, near)
    assert cut.left <= 0.05
    assert cut.right >= 0.4
    far = [Face(0.05, 0.4, 0.15, 0.5, 1.0), Face(0.7, 0.3, 0.95, 0.6, 1.0)]
    cut = choose(4000, 3000, far)
    assert cut.left > 0.15
    assert cut.right >= 0.95


def test_a_slight_cut_does_not_count() -> None:
    assert not is_cut(1500, 2000)
    assert not is_cut(1501, 2000)
    assert not is_cut(1200, 1599)
    assert is_cut(1600, 2000)
    assert is_cut(1080, 1920)


@pytest.mark.parametrize(
    ("size", "gone", "much"),
    [((1080, 1920), 25, False), ((1000, 1000), 25, False), ((4000, 3000), 44, True), ((1920, 1080), 58, True)],
)
def test_it_is_said_how_much_is_gone(size: tuple[int, int], gone: int, much: bool) -> None:
    cut = choose(*size, [])
    assert (str(cut), cut.much) == (f"{gone} % cut off, the middle kept", much)


def test_a_cut_that_takes_all_has_no_way_to_move() -> None:
    assert Cut(0, 0, 1, 1, "hand").place == 0
