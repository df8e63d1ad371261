"""Addresses as hashes, in lists that must outlast `forget` and name nobody. Pure."""

import hashlib
from collections.abc import Collection

from app.core.addresses import key, spellings


def hashed(campaign: str, address: str) -> str:
    """What stands for an address, in whatever spelling. Two campaigns' files share nothing."""
    return _hash(campaign, key(address))


def is_among(campaign: str, address: str, hashes: Collection[str]) -> bool:
    """Whether an address is one of these, also if it was hashed before addresses had one form."""
    return any(_hash(campaign, spelling) in hashes for spelling in spellings(address))


def _hash(campaign: str, spelling: str) -> str:
    return hashlib.sha256(f"{campaign}\n{spelling}".encode()).hexdigest()
