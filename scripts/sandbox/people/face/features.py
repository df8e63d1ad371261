"""Where the features of a face lie."""

from dataclasses import dataclass

from scripts.sandbox.people.person import Person


@dataclass(frozen=True)
class Features:
    """Where the features of a face lie as seen from the front, in head units."""

    eye_x: float
    eye_y: float
    brow_y: float
    nose_y: float
    mouth_y: float
    mouth_w: float
    hairline: float


def features(who: Person) -> Features:
    """The places of this person's features."""
    r = who.chance("features")
    n = who.length
    return Features(
        eye_x=0.405 * r.uniform(0.96, 1.05),
        eye_y=0.07 * n,
        brow_y=(0.07 - 0.285 * r.uniform(0.92, 1.08)) * n,
        nose_y=0.55 * n * r.uniform(0.96, 1.04),
        mouth_y=0.86 * n,
        mouth_w=0.31 * r.uniform(0.95, 1.1) * (1 + 0.2 * who.smile),
        hairline=-0.80 * n * r.uniform(0.96, 1.05),
    )
