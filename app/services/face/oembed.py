"""What oEmbed says of a campaign's page (https://oembed.com, version 1.0, type rich). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

FRAME = (960, 640)  # pixels that an iframe gets, unless less is wanted
PICTURE = 1200  # width of a picture, if no website may frame the wall
THUMBNAIL = 480
CACHE_SECONDS = 60
Size = tuple[int, int]


@dataclass(frozen=True)
class Page:
    """A campaign's page. Addresses are absolute; `picture`: without a width; `size`: its own, None without a collage.

    `embed`: the address of the wall for an iframe, None if no website may frame it.
    """

    title: str
    provider: str
    page: str
    picture: str
    size: Size | None
    embed: str | None


def answer(page: Page, most: Size) -> Mapping[str, Any]:
    """`most`: the largest width and height that the other website has room for."""
    html, (width, height) = _html(page, most)
    found: dict[str, Any] = {
        "type": "rich",
        "version": "1.0",
        "title": page.title,
        "provider_name": "Collagen",
        "provider_url": page.provider,
        "cache_age": CACHE_SECONDS,
        "html": html,
        "width": width,
        "height": height,
    }
    if page.size is not None:
        across, down = fitted(page.size, (min(THUMBNAIL, most[0]), most[1]))
        address = f"{page.picture}?width={across}"
        found |= {"thumbnail_url": address, "thumbnail_width": across, "thumbnail_height": down}
    return found


def _html(page: Page, most: Size) -> tuple[str, Size]:
    title = escape(page.title)
    if page.embed is not None:
        width, height = min(FRAME[0], most[0]), min(FRAME[1], most[1])
        return (
            f'<iframe src="{escape(page.embed)}" width="{width}" height="{height}" title="{title}" loading="lazy"'
            ' style="border:0;max-width:100%" allowfullscreen></iframe>',
            (width, height),
        )
    if page.size is None:
        return f'<a href="{escape(page.page)}">{title}</a>', (min(FRAME[0], most[0]), min(FRAME[1], most[1]))
    width, height = fitted(page.size, (min(PICTURE, most[0]), most[1]))
    picture = f"{page.picture}?width={width}"
    return (
        f'<a href="{escape(page.page)}"><img src="{escape(picture)}" width="{width}" height="{height}" alt="{title}"'
        ' style="height:auto;max-width:100%"></a>',
        (width, height),
    )


def fitted(size: Size, most: Size) -> Size:
    """The largest size of the same shape within `most`, never enlarged."""
    scale = min(1.0, most[0] / size[0], most[1] / size[1])
    width = max(1, int(size[0] * scale))
    return width, max(1, min(most[1], round(size[1] * width / size[0])))
