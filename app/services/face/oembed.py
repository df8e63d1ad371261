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
    frame = min(FRAME[0], most[0]), min(FRAME[1], most[1])
    if page.embed is not None:
        return iframe(page.title, page.embed, frame), frame
    if page.size is None:
        return f'<a href="{escape(page.page)}">{escape(page.title)}</a>', frame
    size = fitted(page.size, (min(PICTURE, most[0]), most[1]))
    return linked_picture(page.title, page.page, page.picture, size), size


def iframe(title: str, address: str, size: Size) -> str:
    """HTML, and well-formed as XML, that frames the wall at `address`."""
    width, height = size
    return (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(title)}" loading="lazy"'
        ' style="border:0;max-width:100%" allowfullscreen=""></iframe>'
    )


def linked_picture(title: str, page: str, picture: str, size: Size) -> str:
    """HTML, and well-formed as XML, of a picture that leads to the page; `picture`: its address without a width."""
    width, height = size
    return (
        f'<a href="{escape(page)}"><img src="{escape(f"{picture}?width={width}")}" width="{width}" height="{height}"'
        f' alt="{escape(title)}" style="height:auto;max-width:100%" /></a>'
    )


def fitted(size: Size, most: Size) -> Size:
    """The largest size of the same shape within `most`, never enlarged."""
    scale = min(1.0, most[0] / size[0], most[1] / size[1])
    width = max(1, int(size[0] * scale))
    return width, max(1, min(most[1], round(size[1] * width / size[0])))
