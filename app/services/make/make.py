"""Makes a collage of a folder's pictures, in a store on the local disk that is removed at the end."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters import imaging
from app.adapters.folder import Folder
from app.adapters.store import Store, scratch
from app.adapters.store.collages.manifests import Manifest
from app.core.errors import BadParameters, BuildFailed, CollageInProgress, FolderUnavailable, NotFound
from app.core.sources import Asset
from app.services.collage import job
from app.services.collage.plan import Parameters, plan
from app.services.make import output
from app.services.make.preparing import Preparing

CAMPAIGN = "photos"
LOOK_EVERY = 0.25  # seconds, while the collage is being built
RENDERERS_END = 20.0  # seconds


@dataclass(frozen=True)
class Watch:
    """Reports how it goes. `reading`: pictures done, and their total; `building`: the part done, from 0 to 1."""

    reading: Callable[[int, int], None] = lambda done, total: None
    building: Callable[[float], None] = lambda part: None


@dataclass(frozen=True)
class Made:
    """A finished collage. `directory`: where it is; `document`: its manifest as written there.

    `notes`: by file, why it is not in it, or a remark.
    """

    directory: Path
    manifest: Manifest
    document: Mapping[str, Any]
    notes: Mapping[str, str]


def make(folder: Path, directory: Path, parameters: Parameters, watch: Watch, *, force: bool = False) -> Made:
    """Makes a collage of the pictures in `folder`, and puts it into `directory`. Reads no settings.

    `force`: replace a collage that is there. Raises BadParameters if there is no picture or no room for the result,
    FolderUnavailable, BuildFailed, StoreUnavailable or DecoderFailed; then nothing is written.
    """
    output.require_free(directory, force=force)
    imaging.policy.require()
    scratch.sweep()  # what killed processes left
    assets, notes = _pictures(folder)
    with scratch.directory() as temporary:
        store = Store(temporary / "store")
        store.root.initialise()
        unreadable = _prepare(Folder(folder), store, assets, parameters, watch.reading)
        if not store.photos.count(CAMPAIGN):
            first = next(iter(unreadable.items()))
            raise BadParameters(f"None of the {len(unreadable)} pictures in {folder} can be read; {_said(*first)}")
        manifest, written = _build(store, parameters, watch.building)
        lost = {*written["unreadable"], *(asset.public_id for asset in assets if asset.url in unreadable)}
        document = written | {"unreadable": sorted(lost)}
        names = [file.name for file in manifest.files]
        output.write(directory, store.collages.directory(CAMPAIGN, manifest.id), names, document)
    return Made(directory, manifest, document, notes | unreadable)


def _pictures(folder: Path) -> tuple[list[Asset], dict[str, str]]:
    """The pictures that may be in the collage, the oldest first, and what there is to say about other files."""
    try:
        page = Folder(folder).folder("")
    except FolderUnavailable as error:
        if folder.is_dir() and not any(folder.iterdir()):
            raise BadParameters(f"The folder {folder} is empty; put pictures into it.") from None
        if not folder.exists():
            raise BadParameters(f"There is no folder {folder}; check the spelling.") from None
        raise BadParameters(str(error)) from None
    waiting = {row.asset.url: f"is not taken: it is in a folder {row.status}" for row in page.rows}
    assets = [row.asset for row in page.rows if row.asset.approved]
    if not assets:
        raise BadParameters(
            f"There is no picture in {folder} to make a collage of; Collagen reads JPEG, PNG, HEIC, WebP, AVIF, TIFF"
            " and GIF."
        )
    for asset in assets:
        del waiting[asset.url]
    return sorted(assets, key=lambda one: (one.approved_at, one.public_id)), waiting | dict(page.notes)


def _prepare(
    folder: Folder, store: Store, assets: list[Asset], parameters: Parameters, progress: Callable[[int, int], None]
) -> dict[str, str]:
    """Puts as many pictures as the collage may need into the store; returns why others cannot be read, by file."""
    unreadable: dict[str, str] = {}
    rest, stored, wanted = iter(assets), 0, parameters.photos or len(assets)
    total = min(wanted, len(assets))
    with Preparing(folder, store, CAMPAIGN) as preparing:
        while wanted > 0:
            before = stored
            for asset, reason in preparing.all(rest, lambda so_far, limit=wanted: so_far >= limit):  # type: ignore[misc]
                if reason is None:
                    stored += 1
                else:
                    unreadable[asset.url] = reason
                progress(min(stored + len(unreadable), total), total)
            if stored == before or parameters.photos is None:
                break
            # several photos of one person are one tile: there is room for others
            wanted = parameters.photos - len(plan(store, CAMPAIGN, parameters).line.queue)
    return unreadable


def _build(store: Store, parameters: Parameters, progress: Callable[[float], None]) -> tuple[Manifest, dict[str, Any]]:
    """Builds the collage in the store; returns its manifest, read and as it is written."""
    build = job.start(store, CAMPAIGN, parameters)
    try:
        for part in _parts(store, build):
            progress(part)
    finally:
        if not build.wait(0):  # it was interrupted: nothing may write into a store that is being removed
            build.process.kill()
            build.wait()
            with contextlib.suppress(CollageInProgress):  # its renderers hold the lock until they have ended, too
                store.collages.settle(CAMPAIGN, RENDERERS_END)
    try:
        manifest = store.collages.manifest(CAMPAIGN, build.id)
    except NotFound:
        state = store.collages.draft_state(CAMPAIGN, build.id)
        raise BuildFailed(f"The collage failed: {state.get('error', 'its process ended')}") from None
    return manifest, manifest.as_json()


def _parts(store: Store, build: job.Build) -> Iterator[float]:
    while not build.wait(LOOK_EVERY):
        try:
            yield float(store.collages.draft_state(CAMPAIGN, build.id).get("progress", 0))
        except NotFound:  # it has finished
            continue
    yield 1.0


def _said(file: str, reason: str) -> str:
    return f"{file}: {reason}"
