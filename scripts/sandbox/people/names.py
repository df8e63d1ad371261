"""Addresses of people who do not exist, at the domains reserved for examples (RFC 2606)."""

from random import Random
from typing import Final

DOMAINS: Final = ("example.org", "example.com", "example.net")
_FIRST = """
    abebe aigerim ama amara amina ana andrei aroha asha ayesha bao beatriz carlos chidi chloe dario diego
    elena elif emeka emma farah fatima freya gabriel giulia grace hana haruto ibrahim ines ingrid isla ivan
    jamal jin joao jonas juan kaito kamala kavya kofi lars layla leila liam lina lucia malik maria mateo
    mehmet mei mia mina nadia naomi nasra nia nikos noor olga omar oscar pedro priya quynh rafael rania rosa
    sami sana sofia sven tariq tala tomas uma valentina wanjiru yara yusuf zainab zofia
"""
_LAST = """
    abdi achieng adeyemi ahmed alvarez andersson bakker banerjee bauer bianchi boateng castro chen costa
    dang demir diallo dubois eriksen fernandez fischer garcia gomez gupta haddad hansen hassan horvat ito
    ivanova jansen jensen kamau kaya khan kim kowalski kumar lam larsen lopez mahmoud marin mbeki mendoza
    moreau mwangi nakamura ndiaye nguyen novak nowak okafor oliveira osei park patel pereira petrov quispe
    rahman reyes rossi sanchez santos sato schmidt silva singh smith suzuki takala tanaka tran tupou vargas
    virtanen weber wilson wong yilmaz zhang
"""
FIRST_NAMES: Final = tuple(_FIRST.split())
LAST_NAMES: Final = tuple(_LAST.split())


def address(seed: int) -> str:
    """A plausible e-mail address, different for every seed: the seed itself stands in it."""
    choice = Random(f"address/{seed}")
    first, last = choice.choice(FIRST_NAMES), choice.choice(LAST_NAMES)
    name = choice.choice((f"{first}.{last}", f"{first}{last[0]}", f"{first[0]}.{last}", f"{last}.{first}"))
    # A "+" or "." keeps the number apart from the name, so two seeds can never spell the same address.
    number = f"{seed}" if seed >= 0 else f"minus{-seed}"
    return f"{name}.{number}@{choice.choice(DOMAINS)}"
