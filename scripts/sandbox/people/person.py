"""Who a seed is: everything about a person that is decided before anything is drawn."""

from dataclasses import dataclass
from random import Random

from scripts.sandbox.people.decks import (
    CLOTHES,
    DARK_HAIR,
    EYES,
    FAIR_HAIR,
    HAIR,
    LOOKS,
    PLACES,
    SKINS,
    TOPS,
    dealt,
)
from scripts.sandbox.people.drawing.canvas import Colour


@dataclass(frozen=True)
class Person:
    """Everything decided about one person. Lengths are in head units (see `geometry`), angles in radians."""

    seed: int
    woman: bool
    age: float
    skin: Colour
    darkness: float  # of the skin: 0 the fairest, 1 the darkest
    style: str  # hair or headwear
    hair: Colour
    cover: Colour  # of a headscarf, hat or cap
    beard: str  # "", "stubble", "short", "full", "goatee", "moustache"
    eyes: Colour
    eye_shape: str  # "almond", "round", "monolid", "hooded"
    closed_eyes: bool
    glasses: str  # "", "round", "square", "cat", "aviator", "sun"
    earrings: str  # "", "stud", "hoop", "drop"
    make_up: float
    lipstick: Colour | None
    freckles: float
    smile: float
    mouth_open: float
    width: float
    length: float
    jaw: float
    chin: float
    nose: float
    lips: float
    brows: float
    top: str
    cloth: Colour
    cloth2: Colour
    place: str
    yaw: float
    pitch: float
    roll: float
    size: float  # the head's half-width in thirds of the picture's width
    x: float  # of the head's middle, same unit, from the picture's middle
    y: float
    gesture: str  # "", "sign", "palm"

    def chance(self, name: str) -> Random:
        """A source of chance of this person's own, the same for the same `name`."""
        return Random(f"{name}/{self.seed}")


def person(seed: int) -> Person:
    """The person of this seed."""
    r = Random(f"person/{seed}")
    sex, style = dealt(seed, "look", LOOKS)
    woman = sex == "f"
    tone = dealt(seed, "skin", tuple(range(len(SKINS))))
    if style in ("afro", "locs", "braids", "headwrap", "buns") and tone < 5 and r.random() < 0.8:
        tone = 13 - tone
    if style in ("turban",) and (tone < 5 or tone > 10):
        tone = r.choice((6, 7, 8, 9))
    darkness = tone / (len(SKINS) - 1)
    jitter = r.uniform(0.96, 1.03)
    red, green, blue = (min(255, round(v * jitter * r.uniform(0.985, 1.015))) for v in SKINS[tone])
    age = r.choice((r.uniform(18, 35), r.uniform(18, 50), r.uniform(30, 60), r.uniform(50, 82)))
    if style in ("braids", "buns", "fringe", "hoodie"):
        age = min(age, r.uniform(20, 48))
    if style == "receding":
        age = max(age, r.uniform(42, 80))
    colour = r.choice(FAIR_HAIR if tone < 4 else DARK_HAIR)
    if r.random() < (age - 42) / 30:
        colour = r.choice(("grey", "silver", "grey", "silver", "soft black"))
    elif r.random() < 0.06 and age < 45:
        colour = r.choice(("pink", "teal", "violet", "henna"))
    elif woman and tone >= 4 and r.random() < 0.12:
        colour = r.choice(("chestnut", "auburn", "dark blond", "henna"))
    beard = ""
    if not woman:
        beard = r.choice(("", "", "", "stubble", "stubble", "short", "short", "full", "goatee", "moustache"))
        if style == "turban":
            beard = "full"
        if style == "bald" and r.random() < 0.5:
            beard = r.choice(("short", "full"))
    if tone < 4:
        eyes = r.choice(("blue", "blue", "grey", "green", "hazel", "brown", "brown"))
    else:
        eyes = r.choice(("dark brown", "dark brown", "brown", "brown", "hazel" if tone < 8 else "dark brown"))
    shapes = ("almond", "almond", "round", "hooded", "monolid") if 1 <= tone <= 8 else ("almond", "round", "hooded")
    glasses = r.choice(("",) * 9 + ("round", "square", "cat" if woman else "square", "aviator", "sun"))
    if glasses == "sun" and style == "hijab":
        glasses = "round"
    smile = r.choice((r.uniform(0.2, 0.5), r.uniform(0.4, 0.8), r.uniform(0.6, 1.0), r.uniform(0.7, 1.0)))
    mouth_open = r.choice((0.0, r.uniform(0.35, 0.7), r.uniform(0.5, 1.0))) if smile > 0.5 else 0.0
    size = r.choice((r.uniform(0.53, 0.64), r.uniform(0.62, 0.76), r.uniform(0.72, 0.90)))
    yaw = r.choice((r.uniform(-0.12, 0.12), r.uniform(-0.36, 0.36)))
    make_up = r.uniform(0.2, 1.0) if woman else 0.0
    cloth = dealt(seed, "cloth", CLOTHES)
    return Person(
        seed=seed,
        woman=woman,
        age=age,
        skin=(red, green, blue),
        darkness=darkness,
        style=style,
        hair=HAIR[colour],
        cover=r.choice([c for c in CLOTHES if c != cloth]),
        beard=beard,
        eyes=EYES[eyes],
        eye_shape=r.choice(shapes),
        closed_eyes=smile > 0.75 and r.random() < 0.16,
        glasses=glasses,
        earrings=r.choice(("", "stud", "hoop", "drop")) if woman else r.choice(("",) * 7 + ("stud",)),
        make_up=make_up,
        lipstick=r.choice(((176, 44, 54), (196, 82, 92), (150, 48, 72), (206, 98, 84))) if make_up > 0.6 else None,
        freckles=r.uniform(0.4, 1.0) if tone < 6 and r.random() < 0.28 else 0.0,
        smile=smile,
        mouth_open=mouth_open,
        width=r.uniform(0.94, 1.06) + (0.0 if woman else 0.02),
        length=r.uniform(0.95, 1.05),
        jaw=r.uniform(-0.06, 0.04) if woman else r.uniform(-0.02, 0.09),
        chin=r.uniform(0.0, 0.6) if woman else r.uniform(0.3, 1.0),
        nose=r.uniform(0.78, 1.0) + 0.18 * darkness + (0.0 if woman else 0.08),
        lips=r.uniform(0.8, 1.1) + 0.3 * darkness + (0.08 if woman else -0.08),
        brows=r.uniform(0.6, 1.0) if woman else r.uniform(0.9, 1.45),
        top=dealt(seed, "top", TOPS),
        cloth=cloth,
        cloth2=r.choice([c for c in CLOTHES if c != cloth]),
        place=dealt(seed, "place", PLACES),
        yaw=yaw,
        pitch=r.uniform(-0.12, 0.10),
        roll=r.choice((r.uniform(-0.06, 0.06), r.uniform(-0.22, 0.22))),
        size=size,
        x=r.uniform(-0.38, 0.38),
        y=-0.26 + 0.5 * (size - 0.68) + r.uniform(-0.14, 0.16),
        gesture=dealt(seed, "gesture", ("",) * 8 + ("sign", "palm")),
    )
