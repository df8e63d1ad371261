"""Who may be in a collage, and in what grid: before anything is rendered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.core.errors import BadParameters
from app.services.collage import choice, layout
from app.services.collage.alike import Alike
from app.services.collage.cells import looked
from app.services.collage.choice import Line
from app.services.collage.finish import Finish, canvas, of_collage
from app.services.collage.layout import Layout, places
from app.services.collage.mosaic import kept, wish
from app.services.collage.mosaic.wish import Mosaic
from app.services.looks.standing import UsedLook


@dataclass(frozen=True)
class Parameters:
    """What an admin may choose.

    `photos`: at most this many people; `exclude`: public IDs; `duplicates`: people with several photos get a tile each.
    The size of a print takes the place of `width` and `height`. `pin`: places by public ID, as `layout.places` writes
    them. `look`: only people with a current result of it, who are shown in it. `mosaic`: together they show a picture.
    """

    photos: int | None = None
    width: int = 4096
    height: int = 4096
    exclude: Collection[str] = field(default=frozenset())
    duplicates: bool = False
    finish: Finish = field(default=Finish())
    pin: Mapping[str, str] = field(default_factory=dict)
    look: UsedLook | None = None
    mosaic: Mosaic | None = None


@dataclass(frozen=True)
class CollagePlan:
    """Who may be in a collage, its grid, and what is made of it; the look, and who has no result of it (public IDs).

    `mosaic`: the picture that they show together; `most`: people at most, where places are for several times as many.
    """

    line: Line
    grid: Layout
    finish: Finish = field(default=Finish())
    look: UsedLook | None = None
    without_look: Sequence[str] = ()
    mosaic: Mosaic | None = None
    most: int | None = None

    @property
    def people(self) -> int:
        """How many people there are for the grid."""
        return min(len(self.line.queue), self.most or len(self.line.queue))

    def fills(self) -> bool:
        """Whether the people are enough for the grid."""
        return wish.fills(self.people, self.mosaic.repeat if self.mosaic else 1, self.grid.used)


def plan(store: Store, campaign: str, parameters: Parameters) -> CollagePlan:
    """The plan of a new collage. Raises BadParameters if there is none."""
    photos = store.photos.all(campaign)
    alike = [] if parameters.duplicates else Alike(store).groups(campaign, photos)
    seen = choice.appearances(past.shown for past in store.collages.manifests(campaign))
    lacking = looked.lacking(store, campaign, parameters.look, photos)
    looked.require_results(campaign, parameters.look, photos, lacking, parameters.pin)
    line = choice.line(photos, seen, {*parameters.exclude, *lacking}, alike, parameters.pin)
    people = choice.invited(parameters.photos, len(line.queue))
    grid = _grid(people, parameters)
    places.require_places(line.pins, grid.cols, grid.rows)
    return CollagePlan(line, grid, parameters.finish, parameters.look, lacking, parameters.mosaic, parameters.photos)


def _grid(people: int, parameters: Parameters) -> Layout:
    wanted = _places(people, parameters.mosaic)
    if parameters.finish.print is None:
        return _for(people, layout.best(wanted, parameters.width, parameters.height))
    return _for(people, layout.printed(wanted, *canvas(parameters.finish.print)))


def smaller(planned: CollagePlan) -> Layout:
    """The grid for its people, on the canvas of the planned one. Raises BadParameters if there is none."""
    choose = layout.printed if planned.finish.print else layout.cheapest
    grid, people = planned.grid, planned.people
    wanted = _places(people, planned.mosaic)
    return _for(people, choose(wanted, grid.horizontal.canvas, grid.vertical.canvas))


def _places(people: int, mosaic: Mosaic | None) -> int:
    return wish.places(people, mosaic.repeat) if mosaic else people


def _for(people: int, grid: Layout) -> Layout:
    """A grid that may have more places than people: nobody is left out then."""
    return replace(grid, photos=max(people, grid.used))


def plan_revision(store: Store, campaign: str, old: Manifest, without: Collection[str]) -> CollagePlan | None:
    """The plan of a finished collage (its manifest) rebuilt without some people; None if nobody is left.

    Those who were left out take the free places, and the grid stays while there are enough people for it. People
    who are no longer approved are not shown again; if that was one of a person's photos, their next one replaces it.
    Those who are pinned keep their places. A mosaic is seated anew, for the same picture. In a look, only those who
    have a result of the recipe that most of them have are shown. If nobody has one: None where people are taken out by
    name, else raises BadParameters.
    """
    here = [photo for photo in store.photos.all(campaign) if photo.public_id not in without]
    considered = {*old.shown, *old.not_shown}
    here = [photo for photo in here if photo.public_id in considered]
    try:
        look = looked.of_collage(store, campaign, old, here)
    except BadParameters:
        if without:  # somebody is forgotten: that must not wait for a look
            return None
        raise
    lacking = looked.lacking(store, campaign, look, here)
    held = {photo.public_id: photo for photo in here if photo.public_id not in set(lacking)}
    tiles, left_out, spare = (
        [held[public_id] for public_id in public_ids if public_id in held]
        for public_ids in (old.shown, (*old.left_out, *old.without_look), old.duplicates)
    )
    alike = Alike(store).groups(campaign, [*tiles, *left_out, *spare]) if spare else []
    taken, others = choice.stand_ins([*tiles, *left_out], spare, alike)
    pins = {public_id: place for public_id, place in old.pin.items() if public_id in held}
    queue = sorted([*tiles, *taken, *left_out], key=lambda photo: photo.public_id not in pins)
    if not queue:
        return None
    line = Line(queue, others, pins, {photo.public_id: 1 for photo in left_out})
    grid = layout.resized(old.layout, max(len(queue), old.layout.used), old.canvas.width, old.canvas.height)
    planned = CollagePlan(line, grid, of_collage(old), look, lacking, kept.mosaic(store, old), len(old.shown))
    if planned.fills():
        return planned
    try:
        return replace(planned, grid=smaller(planned))
    except BadParameters:
        return None
