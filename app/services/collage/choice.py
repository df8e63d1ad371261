"""Who is in a collage. Pure.

People who have never been in a finished collage of the campaign come first, then those who have been in the fewest,
then the earliest approved. People who are pinned to a place come before all of them. Within the grid: in order of
approval, around those who are pinned.

Several photos of one person count together, and the newest is shown.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage.layout import Layout, places


def appearances(collages: Iterable[Iterable[str]]) -> Counter[str]:
    """In how many collages each public ID is shown. `collages`: the public IDs that each of them shows."""
    return Counter(public_id for shown in collages for public_id in set(shown))


def require_known(campaign: str, photos: Iterable[Photo], exclude: Collection[str], pin: Collection[str] = ()) -> None:
    """Raises BadParameters if `exclude` or `pin` has a public ID that is not in the campaign.

    A typo would show somebody who is to be excluded.
    """
    known = {photo.public_id for photo in photos}
    for wanted, done in ((exclude, "excluded"), (pin, "pinned")):
        unknown = sorted(set(wanted) - known)
        if unknown:
            listed = unknown[0] if len(unknown) == 1 else f"{', '.join(unknown[:-1])} and {unknown[-1]}"
            verb = "is" if len(unknown) == 1 else "are"
            raise BadParameters(
                f"{listed} {verb} not in the campaign {campaign}, so cannot be {done}; check the spelling."
            )


@dataclass(frozen=True)
class Line:
    """`queue`: one photo of everyone who may be in the next collage, best claim first.

    `others`: by the public ID of a photo in the queue, the same person's other photos, in the order in which they would
    replace it. `pins`: the places of those who are pinned, by public ID. `claims`: the higher somebody's number, the
    weaker their claim; 0 for those who are not in it.
    """

    queue: list[Photo]
    others: Mapping[str, tuple[Photo, ...]]
    pins: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, int] = field(default_factory=dict)

    @property
    def duplicates(self) -> list[Photo]:
        """Everyone's other photos, in order of approval."""
        return seated([photo for spare in self.others.values() for photo in spare])


def line(
    photos: Iterable[Photo],
    seen: Mapping[str, int],
    exclude: Collection[str] = (),
    alike: Iterable[Sequence[Photo]] = (),
    pin: Mapping[str, str] | None = None,
) -> Line:
    """Who may be in the next collage.

    `alike`: the photos of each person who has several, newest first. Excluding a photo does not exclude the person's
    others. `pin`: places by public ID; such a photo is the one that is shown of its person, unless it is excluded.
    """
    wanted = [photo for photo in photos if photo.public_id not in exclude]
    several = [tuple(photo for photo in group if photo.public_id not in exclude) for group in alike]
    grouped = {photo for group in several for photo in group}
    pins = {photo.public_id: pin[photo.public_id] for photo in wanted if photo.public_id in pin} if pin else {}
    people = [person for group in several if group for person in _persons(group, pins)]
    people += [(photo,) for photo in wanted if photo not in grouped]

    def times(person: tuple[Photo, ...]) -> int:
        return sum(seen.get(photo.public_id, 0) for photo in person)

    def claim(person: tuple[Photo, ...]) -> tuple[bool, int, int, str]:
        return person[0].public_id not in pins, times(person), person[-1].approved_at, person[-1].public_id

    people.sort(key=claim)
    others = {person[0].public_id: person[1:] for person in people if person[1:]}
    claims = {person[0].public_id: number for person in people if (number := times(person))}
    return Line([person[0] for person in people], others, pins, claims)


def _persons(group: tuple[Photo, ...], pins: Collection[str]) -> list[tuple[Photo, ...]]:
    """One person's photos, the one to show first; each further photo that is pinned has a place of its own."""
    pinned = [photo for photo in group if photo.public_id in pins]
    rest = tuple(photo for photo in group if photo.public_id not in pins)
    return [(pinned[0], *rest), *((photo,) for photo in pinned[1:])] if pinned else [group]


def without(line: Line, lost: Collection[str]) -> Line:
    """The line without photos that cannot be read (public IDs); the person's next photo replaces each, where it was."""
    queue, others, pins, claims = [], dict(line.others), dict(line.pins), dict(line.claims)
    for photo in line.queue:
        if photo.public_id not in lost:
            queue.append(photo)
            continue
        place, claim = pins.pop(photo.public_id, None), claims.pop(photo.public_id, 0)
        if spare := others.pop(photo.public_id, ()):
            queue.append(spare[0])
            if place:
                pins[spare[0].public_id] = place
            if claim:
                claims[spare[0].public_id] = claim
            if spare[1:]:
                others[spare[0].public_id] = spare[1:]
    return Line(queue, others, pins, claims)


def stand_ins(
    shown: Iterable[Photo], spare: Iterable[Photo], alike: Iterable[Sequence[Photo]]
) -> tuple[list[Photo], dict[str, tuple[Photo, ...]]]:
    """The `spare` photos to show for people who have none in `shown`, and the rest as others (see `Line`).

    `alike`: the photos of each person who has several.
    """
    group_of = {photo: group for group in alike for photo in group}
    standing = set(shown)
    taken: list[Photo] = []
    others: dict[str, tuple[Photo, ...]] = {}
    for photo in reversed(seated(spare)):
        first = next((one for one in group_of.get(photo, ()) if one in standing), None)
        if first is None:
            taken.append(photo)
            standing.add(photo)
        else:
            others[first.public_id] = (*others.get(first.public_id, ()), photo)
    return taken, others


def invited(photos: int | None, available: int) -> int:
    """The number of people to make a layout for: at most `photos`, at most `available`.

    Raises BadParameters if there is nobody.
    """
    if photos is not None and photos < 1:
        raise BadParameters(f"photos must be at least 1, not {photos}.")
    if available < 1:
        raise BadParameters("The campaign has no approved photos to make a collage of.")
    return min(available, photos or available)


def seated(chosen: Iterable[Photo]) -> list[Photo]:
    """The order within the grid, row by row, of those who are not pinned: by approval."""
    return sorted(chosen, key=lambda photo: (photo.approved_at, photo.public_id))


def arranged(line: Line, grid: Layout) -> list[str]:
    """The public IDs in the grid, row by row from the upper left."""
    chosen = [photo.public_id for photo in seated(line.queue[: grid.used])]
    return places.arranged(chosen, line.pins, grid.cols, grid.rows) if line.pins else chosen
