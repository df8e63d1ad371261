"""The default mail in a real browser: on a phone and a desktop, light and dark."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.sandbox.browser import Browser, Scheme, browser
from scripts.sandbox.preview import CAMPAIGN, Mailbox, html_of, mailbox, sample

__all__ = ["browser"]

# where to put screenshots for review
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None
SIZES = pytest.mark.parametrize("width", [360, 800])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])

# every piece of text with its contrast to its background (WCAG 2.2, 1.4.3), and its size
CONTRASTS = """
const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
const behind = node => {
  for (; node; node = node.parentElement) {
    const colour = numbers(getComputedStyle(node).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
  if (!text || !node.getClientRects().length) continue;
  const style = getComputedStyle(node);
  const [a, b] = [luminance(numbers(style.color)), luminance(behind(node))].sort((x, y) => y - x);
  found.push({text, contrast: (a + 0.05) / (b + 0.05), size: parseFloat(style.fontSize)});
}
return found;
"""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        running.html = html_of(sample(running.url))
        yield running


def look(browser: Browser, box: Mailbox, width: int, scheme: Scheme) -> None:
    browser.see(f"{box.url}/mail", width=width, scheme=scheme)


@SIZES
@SCHEMES
def test_the_picture_is_there_and_nothing_else_is_loaded(
    browser: Browser, box: Mailbox, width: int, scheme: Scheme
) -> None:
    look(browser, box, width, scheme)
    picture = browser.run(
        "const i = document.images[0], r = i.getBoundingClientRect();"
        "return {complete: i.complete, natural: i.naturalWidth, width: r.width, height: r.height,"
        "        count: document.images.length}"
    )
    assert picture["complete"]
    assert picture["count"] == 1
    assert picture["natural"] > 0
    assert min(width, 600) - 40 <= picture["width"] <= 600
    assert picture["height"] == pytest.approx(picture["width"], abs=1)  # the sample is square
    # except the icon that every browser requests from every server, which is not the page's
    loaded = browser.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in loaded if not address.endswith("/favicon.ico")] == [
        browser.run("return document.images[0].src")
    ]


@SIZES
def test_it_fits_its_width(browser: Browser, box: Mailbox, width: int) -> None:
    look(browser, box, width, "light")
    assert browser.run("return document.documentElement.scrollWidth") == width


@SIZES
@pytest.mark.parametrize("title", ["Donaudampfschifffahrtsgesellschaft" * 5, "A long title of a campaign " * 12])
def test_it_fits_its_width_with_a_long_title(browser: Browser, box: Mailbox, width: int, title: str) -> None:
    box.html = html_of(sample(box.url, campaign=replace(CAMPAIGN, title=title)))
    look(browser, box, width, "light")
    assert browser.run("return document.documentElement.scrollWidth") == width


@SIZES
@SCHEMES
def test_every_word_can_be_read(browser: Browser, box: Mailbox, width: int, scheme: Scheme) -> None:
    look(browser, box, width, scheme)
    pieces = browser.run(CONTRASTS)
    assert "See yourself in the collage" in [piece["text"] for piece in pieces]
    for piece in pieces:
        assert piece["contrast"] >= 4.5, piece
        assert piece["size"] >= 14, piece


@pytest.mark.parametrize(
    ("language", "title", "width", "scheme"),
    [("de", CAMPAIGN.title, 360, "light"), ("fr", CAMPAIGN.title, 800, "dark"), ("ar", "قل لا", 360, "dark")],
)
def test_every_word_can_be_read_in_other_languages(
    browser: Browser, box: Mailbox, language: str, title: str, width: int, scheme: Scheme
) -> None:
    box.html = html_of(sample(box.url, campaign=replace(CAMPAIGN, title=title, language=language)))
    look(browser, box, width, scheme)
    assert browser.run("return document.documentElement.scrollWidth") == width
    assert all(piece["contrast"] >= 4.5 for piece in browser.run(CONTRASTS))
    left, right = browser.run(
        "const r = document.createRange(); r.selectNodeContents(document.querySelector('h1'));"
        "const b = r.getBoundingClientRect(); return [b.left, innerWidth - b.right]"
    )
    assert (left > right) == (language == "ar"), "text begins where people begin to read"
    if PICTURES is not None:
        browser.screenshot(PICTURES / f"mail-{language}-{width}-{scheme}.png")


@SIZES
def test_dark_is_dark_and_light_is_light(browser: Browser, box: Mailbox, width: int) -> None:
    corners = {}
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        look(browser, box, width, scheme)
        with Image.open(io.BytesIO(browser.screenshot())) as shot:
            assert shot.width == width
            corners[scheme] = int(np.asarray(shot.convert("L"))[shot.height - 3, 2])
    assert corners["light"] > 220
    assert corners["dark"] < 40


@SCHEMES
def test_without_its_picture_it_says_what_would_be_there(browser: Browser, box: Mailbox, scheme: Scheme) -> None:
    box.picture = None
    look(browser, box, 360, scheme)
    assert browser.run("return document.images[0].naturalWidth") == 0
    assert browser.run("return document.images[0].getBoundingClientRect().height") >= 20
    assert browser.run("return document.documentElement.scrollWidth") == 360


def test_what_lists_of_mails_show_is_not_seen_in_the_mail(browser: Browser, box: Mailbox) -> None:
    look(browser, box, 360, "light")
    first = browser.run("return document.body.firstElementChild.textContent")
    assert first.startswith("You are in it. So are 998 others.")
    assert browser.run("return document.body.firstElementChild.getClientRects().length") == 0


def test_a_finger_can_hit_the_button_and_the_link(browser: Browser, box: Mailbox) -> None:
    look(browser, box, 360, "light")
    script = "return [...document.querySelectorAll('a')].map(a => a.getBoundingClientRect().height)"
    picture, button, unsubscribe = browser.run(script)
    assert picture > 300
    assert button >= 44
    assert unsubscribe >= 24  # WCAG 2.2, 2.5.8


def test_screenshots_can_be_kept(browser: Browser, box: Mailbox, tmp_path: Path) -> None:
    look(browser, box, 360, "dark")
    browser.screenshot(tmp_path / "mail.png")
    with Image.open(tmp_path / "mail.png") as shot:
        assert shot.height > 600
