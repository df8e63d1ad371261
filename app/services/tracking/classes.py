"""Whether a request for the picture is a person's or a machine's, by its headers. Pure.

Sources: Gmail fetches pictures through a proxy that announces itself as "(via ggpht.com GoogleImageProxy)"
(https://blog.filippo.io/how-the-new-gmail-image-proxy-works-and-what-this-means-for-you/), Yahoo and AOL as
"YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html". Mail on Apple's systems, where it protects
its user, fetches every picture when the mail arrives, opened or not, through two proxies, and says only "Mozilla/5.0"
(https://help.socketlabs.com/docs/identifying-apple-mpp-opens-in-notification-api-events,
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/understanding-apple-mail-privacy-protection-and-open-events).
Gmail also fetches some pictures when the mail arrives, as a browser of 2015 with a second "Mozilla/5.0" at the end,
where a browser has its own name. Browsers that fetch in advance say so in Sec-Purpose
(https://fetch.spec.whatwg.org/#sec-purpose-header), older ones in Purpose, X-Purpose (Safari: "preview") or X-Moz.

A scanner that poses as a browser is taken for a person: nothing that may be kept could tell them apart.
"""

import re
from collections.abc import Mapping
from typing import Literal

Class = Literal["human", "proxy", "prefetch", "unknown"]

PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
AHEAD = ("prefetch", "preview", "prerender", "instant")
AHEAD_OF_READERS = re.compile(r"mozilla/5\.0$")  # Apple says nothing else, Gmail says it twice
PROXIES = re.compile(r"googleimageproxy|ggpht\.com|yahoomailproxy|(image|mail)[ _-]?proxy")
# link checkers, scanners, crawlers, libraries; "existence discovery" is how Office looks whether a link is dead
MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|scanner|monitor|headless|phantomjs|existence discovery|barracuda|mimecast"
    r"|proofpoint|facebookexternalhit|\bcompatible; [^)]*https?://"
)
BROWSERS = re.compile(r"^mozilla/\d.*(applewebkit/|gecko/|trident/|msie |ms-?office)|^opera/\d|^microsoft office/")
MAILERS = re.compile(r"thunderbird/|outlook|ms-?office|airmail|^mail/\d|k-9|fairemail|lotus-notes")


def classify(headers: Mapping[str, str]) -> Class:
    """The class of a request with these headers; their names can be in any case."""
    values = {name.casefold(): value.casefold().strip() for name, value in headers.items()}
    agent = values.get("user-agent", "")
    if PROXIES.search(agent):
        return "proxy"
    if AHEAD_OF_READERS.search(agent) or any(values.get(name, "").startswith(AHEAD) for name in PURPOSES):
        return "prefetch"
    if MACHINES.search(agent):
        return "unknown"
    return "human" if BROWSERS.search(agent) or MAILERS.search(agent) else "unknown"
