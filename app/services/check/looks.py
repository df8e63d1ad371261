"""Looks: every result is of a photo that is there, of its version of today, by the recipe of today, and whole."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.adapters.imaging.looks import xmp
from app.adapters.store import Store
from app.adapters.store.photos.looks import INTERMEDIATE
from app.adapters.store.photos.reading import JPEG_END, PNG_END
from app.services.check.findings import Finding
from app.services.looks import records
from app.services.looks.recipes import Look
from app.services.looks.records import Record

ENDS = {"jpg": JPEG_END, "png": PNG_END}


def look_findings(store: Store, campaign: str, looks: Mapping[str, Look] | None, *, repair: bool) -> Iterator[Finding]:
    """What is wrong with the looks of a campaign; `repair` removes what is not right, for it can be made again.

    `looks`: those of looks.toml; None if it is not known.
    """
    here = store.photos.public_ids(campaign)
    numbers = store.photos.versions(campaign, here)
    for name in store.looks.names(campaign):
        look = None if looks is None else looks.get(name)
        makes = f"python -m app look {campaign} {name} makes it anew"
        if looks is not None and look is None and store.looks.finished(campaign, name):
            directory = store.path / campaign / "looks" / name
            yield Finding(
                directory, "is a look that looks.toml does not have", "put it back there, or remove the directory"
            )
        for public_id in store.looks.orphans(campaign, name, here):
            if not store.photos.has(campaign, public_id):
                path = store.looks.path(campaign, name, public_id, INTERMEDIATE)
                yield _found(
                    store, campaign, name, public_id, path, "belongs to a photo that is gone", "", repair=repair
                )
        for public_id, finished in sorted(store.looks.finished(campaign, name).items()):
            if public_id in numbers:
                path = store.looks.path(campaign, name, public_id, f".{finished.kind}")
                problem = _problem(store, campaign, name, public_id, numbers[public_id], look)
                if problem:
                    yield _found(store, campaign, name, public_id, path, problem, makes, repair=repair)


def _problem(store: Store, campaign: str, name: str, public_id: str, number: int, look: Look | None) -> str | None:
    found, small = store.looks.result(campaign, name, public_id), store.looks.intermediate(campaign, name, public_id)
    if found is None:  # removed meanwhile
        return None
    if small is None:
        return "has no intermediate"
    if not found[0].endswith(ENDS[found[1]]) or not small.endswith(PNG_END):
        return "is cut short, or its intermediate is"
    return disagreement(records.of_file(found[0][: xmp.HEAD]), public_id, number, look)


def disagreement(record: Record | None, public_id: str, number: int, look: Look | None) -> str | None:
    """Why a result is not what it should be; None if it is. Pure."""
    if record is None:
        return "does not say what it was made of"
    if record.public_id != public_id:
        return "was made of another photo"
    if record.number != number:
        return "shows a former version of the photo"
    if look is not None and record.recipe != look.recipe:
        return "was made by a former recipe"
    return None


def _found(
    store: Store, campaign: str, look: str, public_id: str, path: Path, problem: str, makes: str, *, repair: bool
) -> Finding:
    if repair:
        with store.photos.lock(public_id):
            store.looks.discard(campaign, look, public_id)
        return Finding(path, problem, mended="removed" + (f"; {makes}" if makes else ""))
    return Finding(path, problem, makes or "--repair removes it")
