"""What is sent and removed, and in which order: a reader finds whole pages after each step of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.targets import Held
from app.services.publish import names
from app.services.publish.invalidate import ALL, MOST, addresses
from app.services.publish.plan import GRACE, File, Shown, erases, erasures, plan, still_open

SUMS = st.sampled_from(["a" * 64, "b" * 64, "c" * 64, "d" * 64])
FACES = st.builds(
    lambda level, x, sum_: f"wall/{level}/{x}_0.{sum_[:12]}.jpg", st.integers(8, 9), st.integers(0, 3), SUMS
)
PAGES = st.sampled_from(names.PAGES)
OTHERS = st.sampled_from(
    ["favicon.ico", "wall/notes.txt", "pictures/me.jpg", "index.htm", "assets/x.js", "a/index.html"]
)
FILES = st.builds(File, st.integers(1, 3), SUMS)
SITE = st.dictionaries(FACES | PAGES, FILES)


def fixed(site: dict[str, File]) -> dict[str, File]:
    """The same with what a name says about its content."""
    return {
        path: File(1, path.split(".")[-2] * 6 if names.is_fixed(path) else file.sha256) for path, file in site.items()
    }


def held(site: dict[str, File], *, knows_sums: bool) -> dict[str, Held]:
    return {
        path: Held(file.size, file.sha256 if knows_sums or not names.is_fixed(path) else None)
        for path, file in site.items()
    }


@given(SITE, SITE, st.sets(OTHERS), st.booleans())
def test_afterwards_exactly_what_is_wanted_is_there_and_nothing_of_others_is_touched(
    wanted: dict[str, File], there: dict[str, File], others: set[str], knows_sums: bool
) -> None:
    wanted, there = fixed(wanted), fixed(there)
    found = held(there, knows_sums=knows_sums) | {path: Held(9, None) for path in others}
    made = plan(wanted, found, former=())
    after = {path for path in (*found, *made.uploads) if path not in made.deletions}
    assert after == wanted.keys() | others
    assert set(made.uploads) == {path for path, file in wanted.items() if there.get(path) != file}


@given(SITE, SITE)
def test_a_second_time_nothing_is_sent_or_removed(wanted: dict[str, File], there: dict[str, File]) -> None:
    wanted, there = fixed(wanted), fixed(there)
    made = plan(wanted, held(there, knows_sums=True), former=())
    after = {path: file for path, file in there.items() if path not in made.deletions} | wanted
    again = plan(wanted, held(after, knows_sums=False), former=())
    assert (again.uploads, again.deletions) == ((), ())


@given(SITE, SITE)
def test_files_come_before_pages_and_the_index_is_the_last_page(
    wanted: dict[str, File], there: dict[str, File]
) -> None:
    uploads = plan(fixed(wanted), held(fixed(there), knows_sums=True), former=()).uploads
    kinds = [names.PAGES.index(path) if path in names.PAGES else -1 for path in uploads]
    assert kinds == sorted(kinds)


@given(SITE, SITE, st.sets(FACES))
def test_what_open_pages_name_stays(wanted: dict[str, File], there: dict[str, File], former: set[str]) -> None:
    assert not former & set(plan(fixed(wanted), held(fixed(there), knows_sums=True), former).deletions)


@given(SITE, st.sets(FACES), st.sets(OTHERS))
def test_an_erasure_leaves_no_face_but_those_of_the_present(
    there: dict[str, File], current: set[str], others: set[str]
) -> None:
    gone = erasures([*there, *others], current)
    left = there.keys() | others
    left -= set(gone)
    assert {path for path in left if names.shows_faces(path)} <= current
    assert left >= {path for path in (*there, *others) if not names.shows_faces(path)}


def test_only_a_collage_that_is_not_any_more_what_it_was_erases_somebody() -> None:
    one, revised, other = Shown("0001", "a"), Shown("0001", "b"), Shown("0002", "c")
    assert not erases([one], {"0001": one, "0002": other})
    assert not erases([one, other], {"0001": one, "0002": other})
    assert erases([one, other], {"0001": revised, "0002": other})
    assert erases([one], {"0002": other})
    assert erases(None, {})


def test_what_former_pages_name_stays_for_a_while() -> None:
    assert still_open(["x"], changed_at=100, now=100 + GRACE - 1) == ["x"]
    assert still_open(["x"], changed_at=100, now=100 + GRACE) == ()
    assert still_open(["x"], changed_at=100, now=99) == ()  # a clock was set back


def test_a_cdn_forgets_what_was_replaced_by_its_address_and_everything_if_that_is_much() -> None:
    assert addresses([]) == []
    assert addresses(["index.html", "wall/9/0_0.aaaaaaaaaaaa.jpg"]) == [
        *("/", "/index.html", "/wall/9/0_0.aaaaaaaaaaaa.jpg"),
    ]
    assert addresses([f"{number}.jpg" for number in range(MOST)])[0] == "/0.jpg"
    assert addresses([f"{number}.jpg" for number in range(MOST + 1)]) == [ALL]
