"""The order of steps that make one collage: who, what grid, the picture, its derivatives, the manifest."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import app
from app.adapters import imaging
from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.adapters.store.collages.manifests import Manifest
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.collage import choice, derivatives, layout, manifest, montage
from app.services.collage.alike import Alike


@dataclass(frozen=True)
class Parameters:
    """What an admin may ask for.

    `photos`: at most so many people; `exclude`: public IDs; `duplicates`: whoever has several photos has as many tiles.
    """

    photos: int | None = None
    width: int = 4096
    height: int = 4096
    exclude: Collection[str] = field(default=frozenset())
    duplicates: bool = False


@dataclass(frozen=True)
class Plan:
    """Everyone in the order of their claim to a place, the same people's other photos (`Line`), and the grid."""

    queue: list[Photo]
    grid: layout.Layout
    others: Mapping[str, tuple[Photo, ...]] = field(default_factory=dict)


def plan(store: Store, campaign: str, wish: Parameters) -> Plan:
    """The plan of a new collage. Raises BadParameters where none can be made."""
    photos = store.photos.all(campaign)
    alike = [] if wish.duplicates else Alike(store).groups(campaign, photos)
    seen = choice.appearances(past.shown for past in store.collages.manifests(campaign))
    line = choice.line(photos, seen, wish.exclude, alike)
    grid = layout.best(choice.invited(wish.photos, len(line.queue)), wish.width, wish.height)
    return Plan(line.queue, grid, line.others)


def plan_revision(store: Store, campaign: str, old: Manifest, without: Collection[str]) -> Plan | None:
    """The plan of a finished collage (its manifest) built anew without some people; None where nobody is left.

    Those who were left out take the places, and the grid stays while there are enough people for it. Whoever is not
    approved any more is not shown again either; where that was one of a person's photos, the next one takes its place.
    """
    held = {photo.public_id: photo for photo in store.photos.all(campaign) if photo.public_id not in without}
    tiles, left_out, spare = (
        [held[public_id] for public_id in public_ids if public_id in held]
        for public_ids in (old.shown, old.left_out, old.duplicates)
    )
    alike = Alike(store).groups(campaign, [*tiles, *left_out, *spare]) if spare else []
    taken, others = choice.stand_ins([*tiles, *left_out], spare, alike)
    queue = [*tiles, *taken, *left_out]
    width, height = old.canvas.width, old.canvas.height
    grid = layout.again(old.layout, len(queue), width, height)
    if grid.left_out >= 0:
        return Plan(queue, grid, others)
    try:
        return Plan(queue, layout.best(len(queue), width, height), others)
    except BadParameters:
        return None


def build(
    store: Store,
    draft: Draft,
    planned: Plan,
    now: datetime,
    progress: montage.Progress,
    old: Manifest | None = None,
) -> dict[str, Any]:
    """Makes the collage of `draft` and publishes it; returns its manifest. `now` is in UTC.

    `progress` is told how much is done, from 0 to 1; `old` is the manifest of the collage that this one revises. Raises
    BadParameters or StoreUnavailable; then nothing is published.
    """
    line, grid = choice.Line(planned.queue, planned.others), planned.grid
    width, height = grid.horizontal.canvas, grid.vertical.canvas
    unreadable: list[str] = []
    while True:
        cells, failed = montage.make_cells(
            store,
            draft.campaign,
            [photo.public_id for photo in line.queue],
            grid,
            lambda part: progress(0.5 * part),
        )
        unreadable += failed
        line = choice.without(line, set(failed))
        if len(cells) == grid.used:
            break
        if not line.queue:
            raise BadParameters("None of the campaign's photos can be read; python -m app check says why.")
        # nobody is left in line for the places of those who cannot be read: a smaller grid
        grid = layout.best(len(line.queue), width, height)

    seated = [photo.public_id for photo in choice.seated([photo for photo in line.queue if photo.public_id in cells])]
    left_out = [photo.public_id for photo in line.queue if photo.public_id not in cells]
    described = []

    def put(name: str, data: bytes, size: tuple[int, int]) -> None:
        store.collages.write(draft, name, data)
        described.append(manifest.describe_file(name, size, data))

    in_order = [cells.pop(public_id) for public_id in seated]
    # One canvas after the other, never two: first what the derivatives are made from, without padding; then the master,
    # while the other core encodes the derivatives.
    with montage.render(grid, in_order, grid.box) as canvas:
        reduced = canvas.reduced(derivatives.LONGEST_SIDES)
    progress(0.65)
    with montage.render(grid, in_order, (0, 0, width, height)) as canvas, ThreadPoolExecutor(1) as pool:
        in_order.clear()
        jpegs = pool.submit(lambda: [one.jpeg(derivatives.QUALITY) for one in reduced])
        put(derivatives.MASTER, canvas.png(), (width, height))
    progress(0.95)
    for longest, jpeg in zip(derivatives.LONGEST_SIDES, jpegs.result(), strict=True):
        put(derivatives.name(longest), jpeg, imaging.size(jpeg, "jpeg"))

    result = manifest.manifest(
        collage=draft.id,
        campaign=draft.campaign,
        created_at=now,
        old=old,
        layout=grid,
        seated=seated,
        left_out=left_out,
        duplicates=[photo.public_id for photo in line.duplicates],
        unreadable=unreadable,
        files=described,
        versions={"imagemagick": imaging.version(), "collagen": app.__version__},
    )
    progress(1.0)
    store.collages.publish(draft, result)
    return result
