"""The leaky buckets of the throttle: how much each holds, and which ones an address fills. Pure."""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """Holds `most` attempts and loses `an_hour`."""

    most: int
    an_hour: int

    def after(self, level: float, seconds: float) -> float:
        """The level after so many seconds."""
        return max(0.0, level - seconds * self.an_hour / 3600)

    def wait(self, level: float) -> float:
        """Seconds until there is room for another one."""
        return max(0.0, (level + 1 - self.most) * 3600 / self.an_hour)


ADDRESS = Bucket(10, 12)  # an IPv4 address, an IPv6 /64
SITE = Bucket(40, 40)  # an IPv6 /48
REALM = Bucket(100, 100)
FIRST = Bucket(1, 1)  # an IPv4 /24 or an IPv6 /48, while the realm is full


@dataclass(frozen=True)
class Allowance:
    """How often something may be done: from an IPv4 address or IPv6 /64, from an IPv6 /48 (`site`), and in all."""

    address: Bucket
    site: Bucket
    realm: Bucket


# Photos sent by a campaign's form. At an event hundreds of people may share one address.
PHOTOS = Allowance(Bucket(60, 120), Bucket(240, 480), Bucket(1000, 1000))


@dataclass(frozen=True)
class Names:
    """The buckets of a realm and an address. `site`: None for IPv4."""

    realm: str
    address: str
    site: str | None
    network: str


def names(realm: str, address: str) -> Names:
    """The buckets of an address; anything that is not an IP address counts as one of its own. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        other = f"{realm} {address[:64]}"
        return Names(realm, other, None, f"{other} first")
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, ipaddress.IPv4Address):
        return Names(realm, f"{realm} {found}", None, f"{realm} {_within(found, 24)} first")
    site = _within(found, 48)
    return Names(realm, f"{realm} {_within(found, 64)}", f"{realm} {site}", f"{realm} {site} first")


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False))
