"""The catalogue: an entry in every line, each about a photo that is there."""

from collections.abc import Iterator

from app.adapters.store import Store
from app.core.plurals import count
from app.services.check.findings import Finding


def catalogue_findings(store: Store, campaign: str, *, repair: bool) -> Iterator[Finding]:
    """What is wrong with it; with `repair`, what is known of photos that are gone is removed."""
    contents = store.catalogue.read(campaign)
    gone = contents.entries.keys() - store.photos.public_ids(campaign)
    if contents.damaged:
        lines = ", ".join(map(str, list(contents.damaged)[:10]))
        advice = f"python -m app catalogue {campaign} keeps them aside, and fills in what they said"
        yield Finding(contents.path, f"is damaged in line {lines}", advice)
    if gone:
        problem = f"has {count(len(gone), 'entry', 'entries')} about photos that are gone"
        if repair:
            for public_id in sorted(gone):
                store.catalogue.remove(campaign, public_id)
        yield Finding(contents.path, problem, "" if repair else "--repair removes them", "removed" if repair else "")
    if store.catalogue.has_aside(campaign):
        problem = "holds lines of the catalogue that cannot be read"
        yield Finding(store.catalogue.aside(campaign), problem, "see whether you need them, then remove the file")
