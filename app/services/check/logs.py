"""The logs that decide who is sent a mail: whole, with a record in every line."""

from collections.abc import Iterator

from app.adapters.store import Store
from app.services.check.findings import Finding


def log_findings(store: Store, campaign: str) -> Iterator[Finding]:
    """What is wrong with them. None of it can be repaired: there is no other copy."""
    for log in (store.sends, store.unsubscribes, store.mailed):
        contents = log.contents(campaign)
        if contents.damage:
            problem = f"is damaged ({contents.damage}), so mails of {campaign} wait"
            yield Finding(contents.path, problem, contents.advice)
