"""What people see of a campaign, in every language: read by a browser and axe-core, dark and light, narrow and wide."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.adapters.store import Store
from app.services.tracking.tokens import Claims, Tokens
from scripts.sandbox import stored
from scripts.sandbox.browser import Scheme
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.chromium import Watched, until
from tests.support.mailed import KEY
from tests.support.tiers import sampled

PASSWORD = "correct horse"
TITLES = {"de": "Donaudampfschifffahrtsgesellschaft", "fr": "Dire non", "es": "Di no", "ar": "قل لا"}
RULES = "".join(
    f'[{code}]\ntitle = "{title}"\nlanguage = "{code}"\npublic = true\njoin = true\ngallery_password = "{PASSWORD}"\n'
    for code, title in TITLES.items()
)
PEOPLE = 5  # of whom 4 have a place
LOOKS: tuple[tuple[int, Scheme], ...] = ((360, "dark"), (1280, "light"), (360, "light"), (1280, "dark"))
# where to put screenshots for review
PICTURES = Path(os.environ["PICTURES_OF_PAGES"]) if "PICTURES_OF_PAGES" in os.environ else None
SHOWN = """
const texts = [document.title, document.body.innerText];
for (const one of document.querySelectorAll('body *')) {
  for (const { name, value } of one.attributes) {
    if (['alt', 'title', 'placeholder'].includes(name) || /^(aria|data)-/.test(name)) texts.push(value);
  }
}
return texts.join('\\n');
"""
READY = "document.readyState === 'complete' && (!document.getElementById('wall') || wall.dataset.state !== undefined)"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("languages") / "store")
    (made.root.path.parent / "campaigns.toml").write_text(RULES)
    made.root.initialise()
    for campaign in TITLES:
        stored.put(made, range(PEOPLE), campaign)
        stored.built(made, campaign, width=400, height=400, photos=4)
    return made


@pytest.fixture(scope="module")
def service(running_standin: Standin, store: Store) -> Iterator[Service]:
    temporary = store.root.path.parent / "tmp"
    temporary.mkdir()
    environ = environment(running_standin, store.root.path, COLLAGEN_SECRET_KEY=KEY, TMPDIR=str(temporary))
    with Service(environ, workers=1) as running:
        yield running


def pages(store: Store, campaign: str) -> dict[str, str]:
    """The address of every page of a campaign for people."""
    tokens = Tokens([KEY])
    manifest = store.collages.manifest(campaign, "0001")

    def wall(public_id: str) -> str:
        return f"/track/{tokens.image(Claims(campaign, '0001', public_id))}/wall"

    return {
        "gallery-login": f"/campaigns/{campaign}/photos",
        "face": f"/c/{campaign}",
        "screen": f"/c/{campaign}/screen",
        "embed": f"/c/{campaign}/embed",
        "join": f"/c/{campaign}/join",
        "thanks": f"/c/{campaign}/join/thanks",
        "wall-own": wall(manifest.shown[1]),
        "wall-left-out": wall(manifest.left_out[0]),
        "wall-trial": wall(""),
        "wall-missing": f"/wall/{campaign}/0009",
        "unsubscribe": f"/unsubscribe/{tokens.unsubscribe(Claims(campaign, '0001', ''))}",
        "gallery-inside": f"/campaigns/{campaign}/photos",
    }


def english(text: str) -> list[str]:
    """English words that no other of our languages has."""
    return re.findall(r"\b(?:you|your|the|this|and|when|of|photos? \d+ of)\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("code", "first"), sampled([(code, (n + more) % 3) for n, code in enumerate(TITLES) for more in range(3)], every=3)
)
def test_every_page_speaks_the_language_and_is_for_everyone(
    one_browser: Watched, service: Service, store: Store, code: str, first: int
) -> None:
    """Every third page, from the `first` on."""
    one_browser.begin(service.url)
    cdp = one_browser.driver.execute_cdp_cmd
    cdp("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    for number, (name, address) in enumerate(list(pages(store, code).items())[first::3]):
        width, scheme = LOOKS[(number + list(TITLES).index(code)) % len(LOOKS)]
        if name.startswith("gallery-in"):
            answer = requests.post(
                f"{service.url}/campaigns/{code}/login", {"password": PASSWORD}, allow_redirects=False, timeout=60
            )
            (cookie,) = iter(answer.cookies)
            given = {"name": cookie.name, "value": cookie.value, "url": service.url, "path": cookie.path}
            cdp("Network.setCookie", given)
        one_browser.see(service.url + address, width=width, scheme=scheme, height=800)
        until(one_browser, READY)
        one_browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        where = f"{name} {width} {scheme}"
        assert one_browser.run("return [document.documentElement.lang, document.documentElement.dir]") == [
            code,
            "rtl" if code == "ar" else "ltr",
        ], where
        assert not english(one_browser.run(SHOWN)), where
        assert not one_browser.scrolls_sideways(), where
        assert one_browser.serious() == [], where
        if PICTURES is not None:
            one_browser.screenshot(PICTURES / f"{code}-{name}-{width}-{scheme}.png")
    cdp("Network.clearBrowserCookies", {})
    assert [said for said in one_browser.complaints() if "404" not in said] == []
