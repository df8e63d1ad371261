"""The table of people beside a folder's pictures."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.people import FILE, Person, normal, parse, read
from app.core.errors import SettingError

TABLE = Path("/pictures/people.csv")


def test_a_folder_without_a_table_has_no_people(tmp_path: Path) -> None:
    assert dict(read(tmp_path)) == {}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without BOM", "with BOM"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("separator", [b",", b";"])
def test_every_usual_form_of_the_table_is_read(tmp_path: Path, mark: bytes, end: bytes, separator: bytes) -> None:
    lines = [b"file,email,name,consent", b"a/one.jpg, Ann@Example.ORG ,Ann,yes", b"", b"two.jpg,,,no"]
    (tmp_path / FILE).write_bytes(mark + end.join(line.replace(b",", separator) for line in lines))
    people = read(tmp_path)
    assert people["a/one.jpg"] == Person("a/one.jpg", 2, "Ann@example.org", "Ann", True)
    assert people["two.jpg"] == Person("two.jpg", 4, None, None, False)
    assert "three.jpg" not in people


def test_columns_may_come_in_any_order_and_with_others_between() -> None:
    people = parse(b"Name,shoe size,FILE\nAnn,38,one.jpg\n", TABLE)
    assert people["one.jpg"] == Person("one.jpg", 2, None, "Ann", None)


@pytest.mark.parametrize("spelling", [".\\M\u00fcller.jpg", "./Mu\u0308ller.jpg", " M\u00fcller.jpg "])
def test_spellings_of_one_path_are_one_file(spelling: str) -> None:
    assert parse(f"file\n{spelling}\n".encode(), TABLE)["M\u00fcller.jpg"].line == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "line 1: there is no column named file"),
        (b"email,name\na@b.example,Ann\n", "line 1: there is no column named file"),
        (b"file,email\none.jpg,a@b.example\n\xfc.jpg,\n", "line 3: this is not UTF-8"),
        (b"file,email\n,a@b.example\n", "line 2: the column file is empty"),
        (b"file,consent\none.jpg,perhaps\n", "line 2: consent must be yes or no, or empty, not 'perhaps'"),
        (b"file,email\none.jpg,a@b.example,Smith\n", "line 2: there are 3 fields under 2 columns"),
        (b"file\none.jpg\ntwo.jpg\none.jpg\n", "line 4: one.jpg is in line 2 already"),
        (b"file\n" + b"x" * 200_000 + b"\n", "line 2: this is not CSV"),
    ],
)
def test_an_unusable_table_is_refused_by_file_and_line(data: bytes, sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        parse(data, TABLE)
    assert str(TABLE) in str(error.value)
    assert sentence in str(error.value)


@given(st.binary())
def test_any_bytes_are_people_or_a_refusal(data: bytes) -> None:
    try:
        people = parse(data, TABLE)
    except SettingError:
        return
    for file in people:
        assert people[file].file == file == normal(file) == unicodedata.normalize("NFC", file)


@given(st.text())
def test_a_path_once_normal_stays_so(path: str) -> None:
    assert normal(normal(path)) == normal(path)
