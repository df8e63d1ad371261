"""Who may be seated in a mosaic. Pure.

Claims to a place are as in any collage, but among people with the same claim the picture decides instead of the time of
their approval. So those who are left out come first next time, however badly they fit.
"""

from dataclasses import dataclass

from app.services.collage.choice import Line


@dataclass(frozen=True)
class Candidates:
    """Public IDs: those who are seated in any case, and those of whom the remaining places are filled."""

    certain: list[str]
    possible: list[str]


def candidates(line: Line, places: int, most: int | None = None) -> Candidates:
    """The candidates for so many places. The line has at least one person.

    `most`: of people who may be repeated, so many at most; then the time of approval decides as ever, for everyone who
    is in it has to be shown once.
    """
    if most is not None:
        return Candidates([photo.public_id for photo in line.queue[: min(places, most)]], [])
    first, behind = line.queue[:places], line.queue[places:]
    last = line.claims.get(first[-1].public_id, 0)
    equal = [photo.public_id for photo in behind if line.claims.get(photo.public_id, 0) == last]
    if not equal or first[-1].public_id in line.pins:
        return Candidates([photo.public_id for photo in first], [])
    certain = [
        photo.public_id for photo in first if photo.public_id in line.pins or line.claims.get(photo.public_id, 0) < last
    ]
    sure = set(certain)
    return Candidates(certain, [photo.public_id for photo in first if photo.public_id not in sure] + equal)
