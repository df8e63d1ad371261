"""Real requests of mail programs, proxies and machines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.tracking.classes import classify

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "proxy"),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "proxy"),
        ("Mozilla/5.0 (compatible; YahooMailProxy; https://help.yahoo.com/kb/x.html)", "proxy"),
        ("Mozilla/5.0", "prefetch"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135"
            " Safari/537.36 Edge/12.246 Mozilla/5.0",
            "prefetch",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
            " Safari/537.36 Edg/126.0.0.0",
            "human",
        ),
        (FIREFOX, "human"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15",
            "human",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)", "human"),
        (
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 Mobile",
            "human",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.0", "human"),
        (
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; ms-office; MSOffice 16)",
            "human",
        ),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)", "human"),
        ("Outlook-iOS/723.4027091.prod.iphone (4.28.0)", "human"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "unknown"),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://x/y) Chrome/1",
            "unknown",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Microsoft Office Existence Discovery",
            "unknown",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0", "unknown"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "unknown"),
        ("curl/8.5.0", "unknown"),
        ("python-requests/2.32.3", "unknown"),
        ("Mozilla/5.0 (compatible)", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_user_agent_has_a_class(agent: str, kind: str) -> None:
    assert classify({"User-Agent": agent}) == kind


def test_without_any_header_the_class_is_unknown() -> None:
    assert classify({}) == "unknown"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "prefetch"),
        ("sec-purpose", "Prefetch"),
    ],
)
def test_a_browser_that_fetches_in_advance_says_so(name: str, value: str) -> None:
    assert classify({"User-Agent": FIREFOX, name: value}) == "prefetch"


def test_a_proxy_stays_one_whatever_else_it_says() -> None:
    assert classify({"User-Agent": "GoogleImageProxy", "Purpose": "prefetch"}) == "proxy"


def test_another_purpose_is_no_prefetch() -> None:
    assert classify({"User-Agent": FIREFOX, "Sec-Purpose": "something-new"}) == "human"


@given(st.dictionaries(st.sampled_from(["User-Agent", "Purpose", "X-Moz"]) | st.text(), st.text()))
def test_every_request_has_a_class(headers: dict[str, str]) -> None:
    assert classify(headers) in ("human", "proxy", "prefetch", "unknown")
