"""The order of steps that make one collage: who, what grid, the picture, its derivatives, the manifest."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import app
from app.adapters import imaging
from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.adapters.store.collages.manifests import File, Manifest
from app.core.errors import BadParameters
from app.services.collage import choice, derivatives, layout, manifest, montage
from app.services.collage.alike import Alike
from app.services.collage.choice import Line
from app.services.collage.layout import Layout


@dataclass(frozen=True)
class Parameters:
    """What an admin may choose.

    `photos`: at most this many people; `exclude`: public IDs; `duplicates`: people with several photos get a tile each.
    """

    photos: int | None = None
    width: int = 4096
    height: int = 4096
    exclude: Collection[str] = field(default=frozenset())
    duplicates: bool = False


@dataclass(frozen=True)
class CollagePlan:
    """Who may be in a collage, and its grid."""

    line: Line
    grid: Layout


@dataclass(frozen=True)
class _Cells:
    """A grid and a cell (8-bit RGB) by public ID for each of its places. `line`: everyone whose photo can be read."""

    line: Line
    grid: Layout
    cells: dict[str, bytes]
    unreadable: list[str]


def plan(store: Store, campaign: str, parameters: Parameters) -> CollagePlan:
    """The plan of a new collage. Raises BadParameters if there is none."""
    photos = store.photos.all(campaign)
    alike = [] if parameters.duplicates else Alike(store).groups(campaign, photos)
    seen = choice.appearances(past.shown for past in store.collages.manifests(campaign))
    line = choice.line(photos, seen, parameters.exclude, alike)
    people = choice.invited(parameters.photos, len(line.queue))
    return CollagePlan(line, layout.best(people, parameters.width, parameters.height))


def plan_revision(store: Store, campaign: str, old: Manifest, without: Collection[str]) -> CollagePlan | None:
    """The plan of a finished collage (its manifest) rebuilt without some people; None if nobody is left.

    Those who were left out take the free places, and the grid stays while there are enough people for it. People
    who are no longer approved are not shown again; if that was one of a person's photos, their next one replaces it.
    """
    held = {photo.public_id: photo for photo in store.photos.all(campaign) if photo.public_id not in without}
    tiles, left_out, spare = (
        [held[public_id] for public_id in public_ids if public_id in held]
        for public_ids in (old.shown, old.left_out, old.duplicates)
    )
    alike = Alike(store).groups(campaign, [*tiles, *left_out, *spare]) if spare else []
    taken, others = choice.stand_ins([*tiles, *left_out], spare, alike)
    line = Line([*tiles, *taken, *left_out], others)
    width, height = old.canvas.width, old.canvas.height
    grid = layout.resized(old.layout, len(line.queue), width, height)
    if grid.left_out >= 0:
        return CollagePlan(line, grid)
    try:
        return CollagePlan(line, layout.best(len(line.queue), width, height))
    except BadParameters:
        return None


def build(
    store: Store,
    draft: Draft,
    planned: CollagePlan,
    now: datetime,
    progress: montage.Progress,
    old: Manifest | None = None,
) -> dict[str, Any]:
    """Makes the collage of `draft` and publishes it; returns its manifest. `now` is in UTC.

    `progress` gets the part that is done, from 0 to 1; `old` is the manifest of the collage that this one revises.
    Raises BadParameters or StoreUnavailable; then nothing is published.
    """
    made = _make_cells(store, draft.campaign, planned, progress)
    seated = [photo.public_id for photo in choice.seated(p for p in made.line.queue if p.public_id in made.cells)]
    left_out = [photo.public_id for photo in made.line.queue if photo.public_id not in made.cells]
    files = _write_pictures(store, draft, made.grid, [made.cells.pop(public_id) for public_id in seated], progress)
    result = manifest.manifest(
        collage=draft.id,
        campaign=draft.campaign,
        created_at=now,
        old=old,
        layout=made.grid,
        seated=seated,
        left_out=left_out,
        duplicates=[photo.public_id for photo in made.line.duplicates],
        unreadable=made.unreadable,
        files=files,
        versions={"imagemagick": imaging.version(), "collagen": app.__version__},
    )
    progress(1.0)
    store.collages.publish(draft, result)
    return result


def _make_cells(store: Store, campaign: str, planned: CollagePlan, progress: montage.Progress) -> _Cells:
    """The cells of the planned grid, or of a smaller one if too few photos can be read for it.

    Raises BadParameters if none can.
    """
    line, grid = planned.line, planned.grid
    unreadable: list[str] = []
    while True:
        queue = [photo.public_id for photo in line.queue]
        cells, failed = montage.make_cells(store, campaign, queue, grid, lambda part: progress(0.5 * part))
        unreadable += failed
        line = choice.without(line, set(failed))
        if len(cells) == grid.used:
            return _Cells(line, grid, cells, unreadable)
        if not line.queue:
            raise BadParameters("None of the campaign's photos can be read; python -m app check says why.")
        grid = layout.best(len(line.queue), grid.horizontal.canvas, grid.vertical.canvas)


def _write_pictures(
    store: Store, draft: Draft, grid: Layout, cells: list[bytes], progress: montage.Progress
) -> list[File]:
    """Writes master and derivatives; returns them as the manifest lists them. Empties `cells` once they are mounted."""
    width, height = grid.horizontal.canvas, grid.vertical.canvas
    written = []

    def write(name: str, data: bytes, size: tuple[int, int]) -> None:
        store.collages.write(draft, name, data)
        written.append(manifest.describe_file(name, size, data))

    # One canvas after the other, never two: first without padding, for the derivatives; then the master, while the
    # other core encodes the derivatives.
    with montage.render(grid, cells, grid.box) as canvas:
        reduced = canvas.reduced(derivatives.LONGEST_SIDES)
    progress(0.65)
    with montage.render(grid, cells, (0, 0, width, height)) as canvas, ThreadPoolExecutor(1) as pool:
        cells.clear()
        jpegs = pool.submit(lambda: [one.jpeg(derivatives.QUALITY) for one in reduced])
        write(derivatives.MASTER, canvas.png(), (width, height))
    progress(0.95)
    for longest, jpeg in zip(derivatives.LONGEST_SIDES, jpegs.result(), strict=True):
        write(derivatives.name(longest), jpeg, imaging.size(jpeg, "jpeg"))
    return written
