"""Photos that are sent to a folder: each with its line in people.csv, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.adapters import people
from app.adapters.folder import Folder
from app.core.errors import FolderUnavailable, SettingError
from tests.support.sources import write

SAID = {"email": "ann@example.org", "consent": "yes", "mail": "no", "tracking": "no"}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "pending").mkdir()
    return tmp_path


def names(top: Path) -> list[str]:
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


def test_a_photo_waits_in_pending_with_its_line(top: Path) -> None:
    assert Folder(top).add("abc.jpg", b"picture", SAID)
    assert (top / "pending/abc.jpg").read_bytes() == b"picture"
    person = people.read(top)["abc.jpg"]
    assert (person.email, person.consent, person.mail, person.tracking) == ("ann@example.org", True, False, False)
    page = Folder(top).folder(f"folder:{top}")
    assert [(row.asset.public_id, row.status, row.asset.email) for row in page.rows] == [
        ("abc", "pending", "ann@example.org")
    ]
    assert page.notes == {}, "what is kept beside the table is nothing to talk about"


@pytest.mark.parametrize("where", ["", "pending/", "rejected/"])
def test_the_same_photo_again_changes_nothing_wherever_a_moderator_has_put_it(top: Path, where: str) -> None:
    write(top / f"{where}abc.jpg", b"picture")
    before = names(top)
    assert Folder(top).add("abc.jpg", b"picture", SAID)
    assert not Folder(top).add("abc.jpg", b"another", SAID)
    assert names(top) == before


def test_a_table_that_is_there_keeps_its_lines_its_columns_and_its_separator(top: Path) -> None:
    table = '\ufefffile;name;email\r\nb.jpg;"Ben; the second";ben@example.org\r\n'
    (top / "people.csv").write_bytes(table.encode())
    (top / "people.csv").chmod(0o664)
    Folder(top).add("abc.jpg", b"picture", SAID)
    text = (top / "people.csv").read_bytes().decode()
    assert text == (
        "\ufefffile;name;email;consent;mail;tracking\r\n"
        'b.jpg;"Ben; the second";ben@example.org\r\n'
        "abc.jpg;;ann@example.org;yes;no;no\r\n"
    )
    assert (top / "people.csv").stat().st_mode & 0o777 == 0o664


def test_after_an_interruption_the_same_photo_completes_it(top: Path) -> None:
    (top / "people.csv").write_text("file,email\nabc.jpg,old@example.org\n")
    (top / "pending/.abc.jpg.new").write_bytes(b"pic")
    Folder(top).add("abc.jpg", b"picture", SAID)
    assert names(top) == ["pending/abc.jpg", "people.csv"]
    assert [*people.read(top)] == ["abc.jpg"]


@pytest.mark.parametrize("table", [b"name\nx\n", b"file\n\xff\n", b"file,email\rb.jpg,\r"])
def test_with_a_table_that_cannot_be_read_nothing_is_added(top: Path, table: bytes) -> None:
    (top / "people.csv").write_bytes(table)
    with pytest.raises(SettingError, match=r"people\.csv"):
        Folder(top).add("abc.jpg", b"picture", SAID)
    assert (top / "people.csv").read_bytes() == table
    assert names(top) == ["people.csv"]


def test_many_at_once_lose_no_line(top: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: Folder(top).add(f"p{number}.jpg", b"x", SAID), range(40)))
    assert len(people.read(top)) == len(list((top / "pending").iterdir())) == 40


def test_a_form_that_is_sent_twice_at_once_adds_one_photo(top: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: Folder(top).add("abc.jpg", b"x" * 100_000, SAID), range(40)))
    assert names(top) == ["pending/abc.jpg", "people.csv"]


def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FolderUnavailable):
        Folder(tmp_path / "away").add("abc.jpg", b"x", SAID)
