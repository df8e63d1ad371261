"""The keys of public pages: what they may be, and errors that name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Brand, Campaign, load_campaigns
from app.core.errors import SettingError


def loaded(tmp_path: Path, text: str) -> Campaign:
    path = tmp_path / "campaigns.toml"
    path.write_text(f"[a]\n{text}\n")
    return load_campaigns(path)["a"]


def test_nothing_is_public_by_default(tmp_path: Path) -> None:
    made = loaded(tmp_path, "")
    assert (made.public, made.join, made.download, made.embed) == (False, False, False, ())
    assert (made.language, made.brand) == ("en", Brand())


def test_the_rules_of_public_pages_are_read(tmp_path: Path) -> None:
    made = loaded(
        tmp_path,
        'public = true\njoin = true\ndownload = true\nlanguage = "ar"\n'
        'embed = ["https://WWW.example.org/", "https://example.org:443", "https://b.example:8443", "http://127.0.0.1:8000"]\n'
        '[a.brand]\ncolour = "#FF9416"\nlogo = "art/logo.svg"\ntext = "Run by us."\nlink = "https://example.org/a?b#c"',
    )
    assert (made.join, made.download, made.language) == (True, True, "ar")
    assert made.embed == (
        "https://www.example.org",
        "https://example.org",
        "https://b.example:8443",
        "http://127.0.0.1:8000",
    )
    assert made.brand == Brand("#ff9416", tmp_path / "art/logo.svg", "Run by us.", "https://example.org/a?b#c")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("join = 1", r"\[a\] join must be true or false"),
        ('download = "no"', r"\[a\] download must be true or false"),
        ('embed = "https://example.org"', r"\[a\] embed must be a list of origins"),
        ('embed = ["example.org"]', r"\[a\] embed must be origins such as https://www.example.org"),
        ('embed = ["https://example.org/page"]', r"without a path .*, not 'https://example.org/page'"),
        ('embed = ["http://example.org"]', r"\[a\] embed must be origins"),
        ('embed = ["https://*"]', r"\[a\] embed must be origins"),
        ("embed = [\"https://a.example; script-src 'unsafe-inline'\"]", r"\[a\] embed must be origins"),
        ("embed = [1]", r"\[a\] embed must be origins"),
        ('language = "tlh"', r"\[a\] language must be one of ar, de, en, es, fr, not 'tlh'"),
        (
            'publish = "ftp://x.example/a"',
            r"\[a\] publish cannot be used: 'ftp://x.example/a' is neither a directory nor an address such as s3://",
        ),
        ('publish = "s3://faces?color=red"', r"\[a\] publish cannot be used: An address to publish to has no 'color'"),
        ("publish = true", r"\[a\] publish must be text"),
        ('brand = "red"', r"\[a\] brand must be a table with colour, logo, text or link"),
        ('[a.brand]\ncolor = "#ff9416"', r"\[a\] brand has an unknown key 'color'; known keys are colour, "),
        ('[a.brand]\ncolour = "red"', r"\[a\] brand.colour must look like #ff9416, not 'red'"),
        ('[a.brand]\nlogo = "/etc/passwd"', r"\[a\] brand.logo must be a file beside campaigns.toml that ends in"),
        ('[a.brand]\nlogo = "../logo.png"', r"\[a\] brand.logo must be a file beside"),
        ('[a.brand]\nlogo = "logo.gif"', r"\[a\] brand.logo must be .* ends in .png, .jpg, .webp, .svg"),
        ('[a.brand]\ntext = ""', r"\[a\] brand.text must be text, and not empty"),
        ('[a.brand]\nlink = "javascript:alert(1)"', r"\[a\] brand.link must be an address that begins with https://"),
        ('[a.brand]\nlink = "https://"', r"\[a\] brand.link must be an address"),
        ('[a.brand]\nlink = "https://["', r"\[a\] brand.link must be an address"),
    ],
)
def test_a_mistake_in_them_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as caught:
        loaded(tmp_path, text)
    assert "\n" not in str(caught.value)
