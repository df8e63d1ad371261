"""Every style of hair and headwear: what lies behind the head and shoulders, and what before the face."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scripts.sandbox.people.dress import hats, scarves
from scripts.sandbox.people.hair import curly, long, short
from scripts.sandbox.people.hair.hairdo import Hairdo


def nothing(_: Hairdo) -> None:
    """For styles without hair behind, or before."""


@dataclass(frozen=True)
class Style:
    """How a style is painted before the face and behind a person, and whether ears show."""

    front: Callable[[Hairdo], None] = nothing
    behind: Callable[[Hairdo], None] = nothing
    ears: bool = True


def _hanging(low: float, spread: float, wave: float = 0.0) -> Callable[[Hairdo], None]:
    return lambda h: long.hang(h, low, spread, wave)


def _under_a_hat(h: Hairdo) -> None:
    if h.who.woman:
        long.hang(h, 2.3, 0.02)


def _mane(h: Hairdo) -> None:
    long.curtains(h, h.r.uniform(1.2, 1.8), 0.06, 0.05, 1.8, long.part(h))


STYLES: Final[dict[str, Style]] = {
    "long": Style(long.long_front, _hanging(2.3, 0.02), ears=False),
    "wavy": Style(long.wavy_front, _hanging(2.3, 0.14, 0.08), ears=False),
    "curly": Style(curly.curly_front, curly.curly_behind, ears=False),
    "bob": Style(long.bob_front, _hanging(1.1, 0.0), ears=False),
    "fringe": Style(long.fringe_front, _hanging(1.9, 0.0), ears=False),
    "mane": Style(_mane, _hanging(1.7, 0.04, 0.05), ears=False),
    "bun": Style(long.pulled_back, long.bun_behind),
    "topknot": Style(long.pulled_back, long.bun_behind),
    "ponytail": Style(long.pulled_back, long.tail_behind),
    "buns": Style(long.pulled_back, curly.puffs_behind),
    "afro": Style(curly.afro_front, curly.afro_behind),
    "braids": Style(curly.braids_front, curly.braids_behind),
    "locs": Style(curly.locs_front, curly.locs_behind),
    "cropped": Style(curly.cropped_front),
    "pixie": Style(short.pixie_front),
    "short": Style(short.short_front),
    "quiff": Style(short.quiff_front),
    "crop": Style(short.crop_front),
    "buzz": Style(short.buzz_front),
    "receding": Style(short.receding_front),
    "bald": Style(),
    "hijab": Style(scarves.hijab_front, scarves.hijab_behind, ears=False),
    "turban": Style(scarves.turban_front),
    "headwrap": Style(scarves.headwrap_front),
    "beanie": Style(hats.beanie_with_hair, _under_a_hat),
    "cap": Style(hats.cap_front),
    "sunhat": Style(hats.sunhat_front, _under_a_hat, ears=False),
    "fedora": Style(hats.fedora_front),
}
