"""What link previews read of a page, checked against the specifications of Open Graph, Twitter cards and oEmbed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

# https://ogp.me: what every page must have, and what we say about its picture
REQUIRED = ("og:title", "og:type", "og:image", "og:url")
PICTURE = ("og:image:type", "og:image:width", "og:image:height", "og:image:alt")
# https://developer.x.com/en/docs/x-for-websites/cards/overview/markup
CARDS = ("summary", "summary_large_image", "app", "player")
LONGEST_ALT = 420
# https://oembed.com, 2.3.4: of all responses, and of the type rich
RICH = {"type": str, "version": str, "html": str, "width": int, "height": int}
OPTIONAL = {
    **dict.fromkeys(("title", "author_name", "author_url", "provider_name", "provider_url", "thumbnail_url"), str),
    **dict.fromkeys(("cache_age", "thumbnail_width", "thumbnail_height"), int),
}


class _Metas(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # Open Graph is RDFa, which says `property`; Twitter reads `name`
        for name in (given.get("property"), given.get("name")):
            if tag == "meta" and name and name.startswith(("og:", "twitter:")):
                assert name.startswith("og:") == ("property" in given), name
                self.found.append((name, given.get("content") or ""))


def checked(page: str) -> dict[str, str]:
    """The page's Open Graph and Twitter properties. Raises AssertionError where they break the specifications."""
    parser = _Metas()
    parser.feed(page)
    names = [name for name, _ in parser.found]
    found = dict(parser.found)
    assert len(found) == len(names), "one of each"
    assert all(found.values()), "none is empty"
    assert {*REQUIRED, *PICTURE, "twitter:card"} <= found.keys()
    assert all(names.index(name) > names.index("og:image") for name in PICTURE), "they follow what they are of"
    for name in ("og:url", "og:image", "twitter:image"):
        assert is_whole(found[name]), name
    assert re.fullmatch(r"image/(jpeg|png|webp|gif)", found["og:image:type"])
    assert all(int(found[name]) > 0 for name in ("og:image:width", "og:image:height"))
    assert re.fullmatch(r"[a-z]{2}_[A-Z]{2}", found.get("og:locale", "en_US"))
    assert found["twitter:card"] in CARDS
    assert max(len(found[name]) for name in ("og:image:alt", "twitter:image:alt")) <= LONGEST_ALT
    return found


def rich(answer: Mapping[str, Any], most: tuple[int, int]) -> None:
    """Raises AssertionError unless this is an oEmbed answer of the type rich for `maxwidth` and `maxheight`."""
    assert (answer["type"], answer["version"]) == ("rich", "1.0")
    assert RICH.keys() <= answer.keys() <= RICH.keys() | OPTIONAL.keys()
    for name, value in answer.items():
        assert type(value) is (RICH | OPTIONAL)[name], name
        assert not name.endswith("_url") or is_whole(str(value)), name
    thumbnail = [name for name in answer if name.startswith("thumbnail")]
    assert len(thumbnail) in (0, 3), "all or none"
    for start in ("", "thumbnail_") if thumbnail else ("",):
        assert 1 <= answer[f"{start}width"] <= most[0]
        assert 1 <= answer[f"{start}height"] <= most[1]
    drawn = ElementTree.fromstring(answer["html"])  # it "should be valid XHTML"
    for name in ("src", "href"):
        assert all(is_whole(one.attrib[name]) for one in drawn.iter() if name in one.attrib)


def is_whole(address: str) -> bool:
    """Whether an address has a scheme and a host."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
