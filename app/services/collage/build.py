"""The order of steps that make one collage of its plan: the picture, its derivatives, the manifest."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

import app
from app.adapters import imaging
from app.adapters.imaging.rendering import reductions
from app.adapters.imaging.rendering.writers import Writer, writer
from app.adapters.imaging.saving import reduced_size
from app.adapters.imaging.screens import encoded
from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.adapters.store.collages.manifests import TARGET, File, Manifest
from app.adapters.store.files import Part
from app.core.errors import BadParameters
from app.services.collage import choice, derivatives, manifest, montage
from app.services.collage.cells.sources import WHITE, InLook
from app.services.collage.finish import Finish
from app.services.collage.mosaic.candidates import candidates
from app.services.collage.mosaic.fit import Fit
from app.services.collage.mosaic.seating import UnreadablePeople, seating
from app.services.collage.mosaic.tint import Tint
from app.services.collage.plan import CollagePlan, smaller

RENDERING = 0.9  # of a build; the rest are derivatives and the manifest


@dataclass(frozen=True)
class _Seated:
    """Public IDs in the grid, row by row; of a mosaic, how well they show its picture, and how cells are tinted."""

    public_ids: list[str]
    fit: Fit | None = None
    tint: Tint | None = None


def build(
    store: Store,
    draft: Draft,
    planned: CollagePlan,
    now: datetime,
    progress: montage.Progress,
    old: Manifest | None = None,
    processes: int = 1,
) -> dict[str, Any]:
    """Makes the collage of `draft` and publishes it; returns its manifest. `now` is in UTC.

    `progress` gets the part that is done, from 0 to 1; `old` is the manifest of the collage that this one revises;
    `processes`: how many render it. Raises BadParameters or StoreUnavailable; then nothing is published.
    """
    planned, seated, files, unreadable = _write_pictures(store, draft, planned, progress, processes)
    line, shown = planned.line, set(seated.public_ids)
    if planned.mosaic:
        store.collages.write(draft, TARGET, planned.mosaic.target)
    result = manifest.manifest(
        collage=draft.id,
        campaign=draft.campaign,
        created_at=now,
        old=old,
        layout=planned.grid,
        seated=seated.public_ids,
        left_out=[photo.public_id for photo in line.queue if photo.public_id not in shown],
        duplicates=[photo.public_id for photo in line.duplicates],
        unreadable=unreadable,
        files=files,
        finish=planned.finish,
        pins=line.pins,
        look=planned.look,
        without_look=planned.without_look,
        mosaic=seated.fit.as_json(planned.mosaic) if planned.mosaic and seated.fit else None,
        versions={"imagemagick": imaging.version(), "collagen": app.__version__},
    )
    progress(1.0)
    store.collages.publish(draft, result)
    return result


def _write_pictures(
    store: Store, draft: Draft, planned: CollagePlan, progress: montage.Progress, processes: int
) -> tuple[CollagePlan, _Seated, list[File], list[str]]:
    """Writes master and derivatives of the planned grid, or of a smaller one if too few photos can be read for it.

    Returns the plan as it was carried out, who is in it, its files, and who cannot be read. Raises BadParameters if
    none can.
    """
    unreadable: list[str] = []
    start = 0.0
    while True:
        onward = partial(_onward, progress, start)
        try:
            seated = _seated(store, draft.campaign, planned)
            files = _written(store, draft, planned, seated, onward, processes)
        except UnreadablePeople as error:
            failed = set(error.public_ids)
        except montage.Unreadable as error:
            failed = set(error.public_ids)
            start += (1 - start) * RENDERING
        else:
            return planned, seated, files, unreadable
        unreadable += [photo.public_id for photo in planned.line.queue if photo.public_id in failed]
        planned = replace(planned, line=choice.without(planned.line, failed))
        if not planned.line.queue:
            raise BadParameters("None of the campaign's photos can be read; python -m app check says why.")
        if not planned.fills():
            planned = replace(planned, grid=smaller(planned))


def _seated(store: Store, campaign: str, planned: CollagePlan) -> _Seated:
    """Raises UnreadablePeople, PictureError."""
    if planned.mosaic is None:
        return _Seated(choice.arranged(planned.line, planned.grid))
    among = candidates(planned.line, planned.grid.used, planned.people if planned.mosaic.repeat > 1 else None)
    found = seating(store, campaign, among, planned.line.pins, planned.grid, planned.mosaic, _look(planned))
    return _Seated(found.seated, found.fit, found.tint)


def _look(planned: CollagePlan) -> InLook | None:
    return InLook(planned.look.name, planned.finish.colour or WHITE) if planned.look else None


def _onward(progress: montage.Progress, start: float, part: float) -> None:
    """A second rendering takes a part of what was left of the way, so that progress never falls."""
    progress(start + (1 - start) * part)


def _written(
    store: Store,
    draft: Draft,
    planned: CollagePlan,
    seated: _Seated,
    progress: montage.Progress,
    processes: int,
) -> list[File]:
    """Writes master and derivatives; returns them as the manifest lists them. Raises Unreadable."""
    grid, finish = planned.grid, planned.finish
    canvas = (grid.horizontal.canvas, grid.vertical.canvas)
    shown = (0, 0, *canvas) if finish.background else grid.box  # of which there are derivatives
    sizes = [reduced_size(shown[2:], longest) for longest in derivatives.LONGEST_SIDES]
    master = _writer(finish, canvas)
    scene = montage.Scene(
        store,
        draft.campaign,
        seated.public_ids,
        grid,
        sizes[0][0],
        master.coding,
        finish.colour,
        _look(planned),
        seated.tint,
    )
    smaller = reductions.Reductions(shown[3], sizes)
    encoding: list[Future[bytes]] = []
    files: list[File] = []

    def write(name: str, size: tuple[int, int], parts: Iterable[Part]) -> None:
        described = manifest.Description(name, size)
        store.collages.write(draft, name, described.passing(parts))
        if described.changed:  # only the whole file has its checksum
            described = manifest.Description(name, size)
            deque(described.passing(store.collages.pieces(draft, name)), maxlen=0)
        files.append(described.file())

    bands = montage.rendered(scene, lambda part: progress(RENDERING * part), processes)
    # closed in any case: renderers hold the file, so that a full disk stays full until they end
    with closing(bands), ThreadPoolExecutor(len(sizes)) as pool:

        def parts() -> Iterator[Part]:
            yield from master.parts(montage.strips_of(bands, smaller))
            # while the master is being flushed to the disk
            pictures = smaller.pictures()
            encoding.extend(pool.submit(encoded, one, kind) for kind in finish.derivatives for one in pictures)

        write(finish.master, canvas, parts())
        every = product(finish.derivatives, zip(derivatives.LONGEST_SIDES, sizes, strict=True))
        for (kind, (longest, size)), picture in zip(every, encoding, strict=True):
            write(derivatives.name(longest, kind), size, [picture.result()])
    return files


def _writer(finish: Finish, canvas: tuple[int, int]) -> Writer:
    size = finish.print
    if size is None:
        return writer("png", canvas, finish.colour)
    return writer(size.format, canvas, finish.colour, size.dpi, (size.width_mm, size.height_mm))
