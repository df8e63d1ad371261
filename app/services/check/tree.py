"""Finds leftovers in the store: temporary files of killed processes, unfinished collages, strays, empty files."""

from collections.abc import Iterator

from app.adapters.store import Store, scratch
from app.services.check.findings import Finding

STRAY = "nothing of Collagen's has this name: move it away"


def leftovers(store: Store, *, repair: bool) -> Iterator[Finding]:
    """Files that killed processes left in the store and on the local disk; `repair` removes them."""
    for path in store.sweep(remove=repair):
        problem = "is an unfinished collage" if store.collages.is_draft(path) else "is a temporary file"
        if path.name.startswith(scratch.PREFIX):
            problem = "is a temporary directory"
        problem += " that a process left when it was killed"
        yield Finding(path, problem, "" if repair else "--repair removes it", "removed" if repair else "")


def strays(store: Store, campaign: str) -> Iterator[Finding]:
    """Files in a campaign's directory that do not belong there."""
    for path in store.strays.unknown(campaign):
        yield Finding(path, "is a stray file", STRAY)
    for path in store.strays.without_manifest(campaign):
        problem = "has no manifest, so that no collage is shown"
        yield Finding(path, problem, "move it away, or put its manifest back")
    yield from _empty(store, campaign)


def unfiled(store: Store) -> Iterator[Finding]:
    """Empty notifications of no known campaign."""
    yield from _empty(store, None)


def _empty(store: Store, campaign: str | None) -> Iterator[Finding]:
    for path in store.strays.empty(campaign):
        yield Finding(path, "is empty", "what it said is lost: remove it")
