"""Finished collages: exactly the files of the manifest, with its sizes and hashes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.adapters import imaging
from app.adapters.store import Store
from app.adapters.store.collages.finished import MANIFEST
from app.adapters.store.collages.manifests import TARGET, File, Manifest
from app.core import limits
from app.core.errors import CollageInProgress, CollageUnsound, NotFound, PictureError
from app.services.check.findings import Finding
from app.services.collage import derivatives
from app.services.collage.finish import SCREEN_FORMATS, of_collage
from app.services.collage.manifest import describe_file
from app.services.collage.mosaic import kept
from app.services.collage.withdrawn import Withdrawn, said

DAMAGED = "restore it from a backup, or --repair withdraws the collage: its pictures go, its number is not used again"
ANEW = "build another collage; --repair can remake derivatives, not this"
LOST = "restore it from a backup; without it, a rebuild of this mosaic shows its people in the order of their approval"
PATIENCE = 5.0  # seconds, while a collage is being built


def collage_findings(store: Store, campaign: str, collage: str, *, repair: bool = False) -> list[Finding]:
    """What is wrong with a finished collage; with `repair`, derivatives are remade from a master that is right.

    A collage with a damaged manifest is withdrawn then: nobody can tell whom it shows, so nobody could ever take a
    person out of it.

    Raises NotFound, StoreUnavailable.
    """
    found = list(_look(store, campaign, collage, repair=False))
    if found:
        try:
            # a revision may have taken its place meanwhile
            with store.collages.turn(campaign, PATIENCE):
                return list(_look(store, campaign, collage, repair=repair))
        except CollageInProgress:
            pass
    return found


def withdrawn_findings(store: Store, campaign: str, collage: str) -> list[Finding]:
    """That a finished collage shows somebody who has withdrawn. Raises NotFound, StoreUnavailable."""
    try:
        withdrawn = Withdrawn(store).of(campaign, collage)
    except CollageUnsound:  # of a damaged manifest, which is another finding
        return []
    if not withdrawn:
        return []
    problem = f"shows {said(withdrawn)} ({', '.join(withdrawn)})"
    advice = f"rebuild it: python -m app collage {campaign} --rebuild {collage}"
    return [Finding(store.collages.directory(campaign, collage), problem, advice)]


def _look(store: Store, campaign: str, collage: str, *, repair: bool) -> Iterator[Finding]:

    def path(name: str) -> Path:
        return store.collages.path(campaign, collage, name)

    try:
        manifest = store.collages.manifest(campaign, collage)
    except CollageUnsound as error:
        problem = f"is damaged ({error.damage}), so nobody can tell whom the collage shows"
        if repair:
            store.collages.remove(campaign, collage)
            yield Finding(path(MANIFEST), problem, mended="withdrew the collage: its pictures are removed")
        else:
            yield Finding(path(MANIFEST), problem, DAMAGED)
        return
    listed = {file.name: file for file in manifest.files}
    if problem := _manifest_problem(manifest, campaign, listed):
        yield Finding(path(MANIFEST), problem, ANEW)
    there = store.collages.names(campaign, collage)
    private = {MANIFEST, TARGET} if manifest.mosaic else {MANIFEST}
    if manifest.mosaic and kept.mosaic(store, manifest) is None:
        yield Finding(path(TARGET), "is damaged" if TARGET in there else "is missing", LOST)
    for name in sorted(there - listed.keys() - private):
        yield Finding(path(name), "is not in the collage's manifest", "move it away")
    problems = {name: _file_problem(store, campaign, collage, listed[name]) for name in listed}
    wrong = {name: problem for name, problem in problems.items() if problem}
    master = of_collage(manifest).master
    # what is wrong with the master comes first, as derivatives are made from it
    for name in sorted(wrong, key=lambda name: (name != master, name)):
        longest = _longest(name)
        if longest is None or master in wrong or master not in listed or not _is_usable(manifest):
            yield Finding(path(name), wrong[name], ANEW)
        elif not repair:
            yield Finding(path(name), wrong[name], "--repair makes it from the master")
        else:
            _remake(store, campaign, manifest, name, longest)
            yield Finding(path(name), wrong[name], mended="made anew from the master")


def _longest(name: str) -> int | None:
    """The longest side of a derivative, by its name; None for any other file."""
    kinds = ("jpeg", *SCREEN_FORMATS)
    sides = {derivatives.name(side, kind): side for side in derivatives.LONGEST_SIDES for kind in kinds}
    return sides.get(name)


def _is_usable(manifest: Manifest) -> bool:
    """Whether derivatives can be made from the master: it is a PNG that can be decoded whole."""
    pixels = manifest.canvas.width * manifest.canvas.height
    return of_collage(manifest).format == "png" and pixels <= limits.PICTURE_PIXELS


def _manifest_problem(manifest: Manifest, campaign: str, listed: Mapping[str, File]) -> str:
    if manifest.campaign != campaign:
        return f"is that of collage {manifest.id} of {manifest.campaign}"
    finish = of_collage(manifest)
    sides = derivatives.LONGEST_SIDES
    needed = {derivatives.name(side, kind) for side in sides for kind in finish.derivatives}
    missing = {finish.master, *needed} - listed.keys()
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    master = listed[finish.master]
    if (master.width, master.height) != (manifest.canvas.width, manifest.canvas.height):
        return "gives its master another size than its canvas"
    return ""


def _file_problem(store: Store, campaign: str, collage: str, listed: File) -> str:
    found = store.collages.digest(campaign, collage, listed.name)
    if found is None:
        return "is missing"
    length, digest, start = found
    if not length:
        return "is empty"
    if length != listed.bytes:
        return f"has {length} bytes, not {listed.bytes} as its manifest says"
    try:
        size = _size(start, listed)
    except PictureError as error:
        return f"is broken: {error}"
    if File(listed.name, *size, length, digest) != listed:
        return "is not the file that its manifest describes"
    return ""


def _size(data: bytes, listed: File) -> tuple[int, int]:
    """Width and height of a file, or of its beginning. Only its checksum says it of a print in another format."""
    if listed.name.endswith(".png"):
        return imaging.size(data, "png")
    if _longest(listed.name) is None or len(data) < listed.bytes:
        return listed.width, listed.height
    return imaging.screens.size(data, derivatives.kind_of(listed.name))


def _remake(store: Store, campaign: str, manifest: Manifest, name: str, longest: int) -> None:
    """Makes a derivative from the master. Where it now has other bytes, the manifest says so."""
    collage = manifest.id
    master = store.collages.read(campaign, collage, of_collage(manifest).master)
    if master is None:
        raise NotFound(f"The collage {collage} of {campaign} has no master any more.")
    kind = derivatives.kind_of(name)
    made = imaging.derive(master, longest, kind=kind)
    described = describe_file(name, imaging.screens.size(made, kind), made)
    store.collages.replace_file(campaign, collage, name, made)
    if described not in manifest.files:
        store.collages.rewrite_manifest(campaign, collage, manifest.with_file(described))
