"""The list of addresses that were mailed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.addresses import normalise
from app.core.errors import SettingError
from app.services.moving.mailed import parse


@pytest.mark.parametrize(
    "data",
    [
        b"ann@example.org\nbob@example.org\n",
        b"\xef\xbb\xbfann@example.org\r\n\r\nbob@example.org",
        b"email\nann@example.org\nbob@example.org\n",
        b'Name,Email,sent\n"Smith, Ann",Ann <ann@example.org>,yes\nBob,bob@example.org,yes\n,,\n',
        b"sent;EMAIL\n1;ann@EXAMPLE.org\n2;mailto:bob@example.org\n3;bob@example.org\n",
    ],
)
def test_every_usual_form_of_the_list_is_read(data: bytes) -> None:
    assert parse(data, "sent.csv") == ["ann@example.org", "bob@example.org"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has no addresses"),
        (b"email\n", "has no addresses"),
        (b"ann@example.org\nsecret name\n", "line 2: this is not an address"),
        (b"name,email\nAnn,ann@example.org\nBob\n", "line 3: this is not an address"),
        (b"name,address\nAnn,ann@example.org\n", "line 1: this is not an address"),
        (b"ann@example.org\n\xff\n", "line 2: this is not UTF-8"),
    ],
)
def test_anything_else_is_refused_by_its_line_and_not_repeated(data: bytes, sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        parse(data, "sent.csv")
    assert str(error.value).startswith("sent.csv")
    assert sentence in str(error.value)
    assert "secret name" not in str(error.value)


@given(st.lists(st.emails().filter(normalise), min_size=1))
def test_no_address_is_lost(addresses: list[str]) -> None:
    data = "\n".join(["email", *(f'"{one}"' if "," in one or ";" in one else one for one in addresses)])
    found = parse(data.encode(), "sent.csv")
    assert set(found) == {normalise(one) for one in addresses}
