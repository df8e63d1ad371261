"""The lines of processor.log, ours and the prototype's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store import Store
from app.adapters.store.state.events import Event, of_prototype, read

TIME = "2025-10-08 14:25:22,115"


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("INFO - SYNCED: test/bs8 (email: jo@example.org)", ("SYNCED", "test/bs8")),
        ("INFO - SYNCED: a b (1) (email: jo (x)@example.org)", ("SYNCED", "a b (1)")),
        ("INFO - SYNCED: test/bs8 (email: None)", ("SYNCED", "test/bs8")),
        ("INFO - DELETED: test/bs8 (status: rejected)", ("DELETED", "test/bs8")),
        ("ERROR - no mail to <jo@example.org>, or Jo", ("ERROR", "no mail to <<address>>, or Jo")),
    ],
)
def test_a_line_of_the_prototype_is_read_without_its_address(line: str, event: tuple[str, str]) -> None:
    found = of_prototype(f"{TIME} - {line}")
    assert found == Event("2025-10-08T14:25:22Z", *event)
    assert read(f"{TIME} - {line}") == found


@pytest.mark.parametrize(
    "line",
    [
        f"{TIME} - INFO - webhook of jo@example.org",
        f"{TIME} - INFO - SYNCED: jo@example.org (email: jo@example.org)",
        '  File "jo@example.org", line 1',
        "",
        "2026-11-20T06:04:05Z",
    ],
)
def test_what_says_nothing_of_a_photo_is_left_out(line: str) -> None:
    assert read(line) is None


def test_a_line_of_ours_stays_as_it_is() -> None:
    line = "2026-11-20T06:04:05Z SYNCED a/b version 1760000000 request=abc"
    found = read(line)
    assert found is not None
    assert found.line == line
    assert of_prototype(line) is None


@given(st.text(), st.emails())
def test_no_line_of_the_prototype_gives_an_address_away(before: str, address: str) -> None:
    for text in (f"{before}{address}", f"SYNCED: {before}x (email: {address})", f"DELETED: {address} (status: x)"):
        for level in ("INFO", "ERROR"):
            found = of_prototype(f"{TIME} - {level} - {text}")
            assert found is None or not re.search(r"[^\s<>]@[^\s<>]", found.rest)


def test_older_lines_come_first_and_only_once_even_after_the_log_was_rotated(store: Store) -> None:
    path = store.root.path / "sayno/logs/processor.log"
    assert store.logs.adopt("sayno", ["1 a", "2  b"]) == 2
    with path.open("a") as log:
        log.write("4 d\n")
    assert store.logs.adopt("sayno", ["1 a", "2 b", "3 c"]) == 1
    assert path.read_text() == "3 c\n1 a\n2 b\n4 d\n"
    path.rename(path.with_name("processor.20260101T000000Z.log"))
    assert store.logs.adopt("sayno", ["1 a", "2 b"]) == 0
    assert not path.exists()
