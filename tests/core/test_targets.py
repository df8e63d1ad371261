"""Addresses to publish to."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import SettingError
from app.core.targets import Address, read_address

TOP = Path("/etc/collagen")


def test_a_directory_starts_beside_the_file_that_names_it() -> None:
    assert read_address("public", TOP) == Address(directory=TOP / "public")
    assert read_address("/srv/www", TOP) == Address(directory=Path("/srv/www"))
    assert read_address("file:///srv/w%20w?site=https://x.example/a", TOP) == Address(
        directory=Path("/srv/w w"), site="https://x.example/a/"
    )


def test_a_bucket_may_have_a_prefix_an_endpoint_a_region_a_site_and_a_distribution() -> None:
    assert read_address("s3://faces", TOP) == Address(bucket="faces")
    text = "s3://faces/say/no/?endpoint=https://r2.example&region=auto&site=https://x.example/&distribution=E1"
    found = read_address(text, TOP)
    assert found == Address(
        bucket="faces",
        prefix="say/no/",
        endpoint="https://r2.example",
        region="auto",
        site="https://x.example/",
        distribution="E1",
    )
    assert found.place == "s3://faces/say/no"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "neither a directory nor an address"),
        ("ftp://x.example/a", "neither a directory nor an address"),
        ("s3://A_b/x", "not the name of a bucket"),
        ("s3:///x", "not the name of a bucket"),
        ("s3://faces/../x", "prefix"),
        ("s3://faces/a b", "prefix"),
        ("s3://faces?colour=red", "no 'colour'"),
        ("s3://faces?site=javascript:alert(1)", "site must be an address"),
        ("s3://faces?endpoint=https://user@x.example", "endpoint must be an address"),
        ("file://host/srv", "file:///srv/www"),
    ],
)
def test_another_address_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read_address(text, TOP)
