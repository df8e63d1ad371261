"""Brings object storage and the store into agreement about a campaign: what sync does, and what check finds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.adapters.store import Store
from app.core.errors import PhotoBusy, Retryable
from app.services.media.media import Media

WORKERS = 4
IN_A_ROW = 5  # failures after which the storage is away, and the rest waits for the next time


@dataclass
class Agreed:
    """Public IDs: `put` there, `deleted` there, and `left` for the next time, with the reason."""

    put: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def due(store: Store, campaign: str) -> tuple[list[str], list[str]]:
    """Whose pictures are to be put, and whose are to be deleted. Raises StoreUnavailable."""
    here = store.photos.public_ids(campaign)
    numbers = store.photos.versions(campaign, here)
    noted = {public_id: store.offloaded.note(campaign, public_id) for public_id in store.offloaded.public_ids(campaign)}
    lacking = []
    for public_id, number in numbers.items():
        note = noted.get(public_id)
        if note is None or note.number != number:
            lacking.append(public_id)
    return lacking, [public_id for public_id in noted if public_id not in numbers]


def agree(
    store: Store, media: Media, campaign: str, progress: Callable[[int, int], None] = lambda done, total: None
) -> Agreed:
    """Puts what is lacking and deletes what is too much, a few at a time. Raises StoreUnavailable, SettingError."""
    lacking, gone = due(store, campaign)
    done, failures = Agreed(), 0

    def one(public_id: str) -> None:
        nonlocal failures
        if failures >= IN_A_ROW:
            done.left[public_id] = "object storage is away"
            return
        try:
            with store.photos.lock(public_id):
                if store.photos.has(campaign, public_id):
                    media.put(campaign, public_id)
                    done.put.append(public_id)
                else:
                    media.delete(campaign, public_id)
                    done.deleted.append(public_id)
        except Retryable as error:
            failures += not isinstance(error, PhotoBusy)
            done.left[public_id] = str(error)
        else:
            failures = 0

    done.deleted += media.clear(campaign)
    # erasures first
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="media") as workers:
        for number, _ in enumerate(workers.map(one, [*gone, *lacking]), 1):
            progress(number, len(gone) + len(lacking))
    return done


def disagreements(store: Store, media: Media, campaign: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a campaign's objects: a key or a public ID, and why. Raises as `Media.there`."""
    there = media.there(campaign)
    known: set[str] = set()
    for public_id in store.offloaded.public_ids(campaign):
        note = store.offloaded.note(campaign, public_id)
        if note is None:
            continue
        known.update(note.keys)
        if note.number is None:
            yield public_id, "its pictures are to be put into object storage, or to be deleted there"
        elif missing := sorted(set(note.keys) - there):
            yield public_id, f"its picture {missing[0]} is not in object storage"
    for path in sorted(there - known):
        yield path, "is in object storage, but of no photo here"
