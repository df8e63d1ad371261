"""Who may be in a collage, and in what grid: before anything is rendered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.core.errors import BadParameters
from app.services.collage import choice, layout
from app.services.collage.alike import Alike
from app.services.collage.choice import Line
from app.services.collage.finish import Finish, canvas, of_collage
from app.services.collage.layout import Layout, places


@dataclass(frozen=True)
class Parameters:
    """What an admin may choose.

    `photos`: at most this many people; `exclude`: public IDs; `duplicates`: people with several photos get a tile each.
    The size of a print takes the place of `width` and `height`. `pin`: places by public ID, as `layout.places` writes
    them.
    """

    photos: int | None = None
    width: int = 4096
    height: int = 4096
    exclude: Collection[str] = field(default=frozenset())
    duplicates: bool = False
    finish: Finish = field(default=Finish())
    pin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CollagePlan:
    """Who may be in a collage, its grid, and what is made of it."""

    line: Line
    grid: Layout
    finish: Finish = field(default=Finish())


def plan(store: Store, campaign: str, parameters: Parameters) -> CollagePlan:
    """The plan of a new collage. Raises BadParameters if there is none."""
    photos = store.photos.all(campaign)
    alike = [] if parameters.duplicates else Alike(store).groups(campaign, photos)
    seen = choice.appearances(past.shown for past in store.collages.manifests(campaign))
    line = choice.line(photos, seen, parameters.exclude, alike, parameters.pin)
    people = choice.invited(parameters.photos, len(line.queue))
    grid = _grid(people, parameters)
    places.require_places(line.pins, grid.cols, grid.rows)
    return CollagePlan(line, grid, parameters.finish)


def _grid(people: int, parameters: Parameters) -> Layout:
    if parameters.finish.print is None:
        return layout.best(people, parameters.width, parameters.height)
    return layout.printed(people, *canvas(parameters.finish.print))


def smaller(people: int, grid: Layout, finish: Finish) -> Layout:
    """The grid for fewer people on the canvas of `grid`. Raises BadParameters if there is none."""
    choose = layout.printed if finish.print else layout.cheapest
    return choose(people, grid.horizontal.canvas, grid.vertical.canvas)


def plan_revision(store: Store, campaign: str, old: Manifest, without: Collection[str]) -> CollagePlan | None:
    """The plan of a finished collage (its manifest) rebuilt without some people; None if nobody is left.

    Those who were left out take the free places, and the grid stays while there are enough people for it. People
    who are no longer approved are not shown again; if that was one of a person's photos, their next one replaces it.
    Those who are pinned keep their places.
    """
    held = {photo.public_id: photo for photo in store.photos.all(campaign) if photo.public_id not in without}
    tiles, left_out, spare = (
        [held[public_id] for public_id in public_ids if public_id in held]
        for public_ids in (old.shown, old.left_out, old.duplicates)
    )
    alike = Alike(store).groups(campaign, [*tiles, *left_out, *spare]) if spare else []
    taken, others = choice.stand_ins([*tiles, *left_out], spare, alike)
    pins = {public_id: place for public_id, place in old.pin.items() if public_id in held}
    queue = sorted([*tiles, *taken, *left_out], key=lambda photo: photo.public_id not in pins)
    line = Line(queue, others, pins)
    width, height, finish = old.canvas.width, old.canvas.height, of_collage(old)
    grid = layout.resized(old.layout, len(line.queue), width, height)
    if grid.left_out >= 0:
        return CollagePlan(line, grid, finish)
    try:
        return CollagePlan(line, smaller(len(line.queue), grid, finish), finish)
    except BadParameters:
        return None
