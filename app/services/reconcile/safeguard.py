"""Keeps photos that a sync should not remove unasked: suspiciously many, or under other rules than before."""

from app.adapters.store import Store
from app.core.config import Campaign
from app.core.sources import FOLDER

MANY, PART = 5, 5  # photos; of a campaign a fifth


def too_many(going: int, held: int) -> bool:
    """Whether this is more than normally goes at once from a campaign that holds `held` photos. Pure.

    A misspelt folder, another account or a mistake in Cloudinary looks like that.
    """
    return going > MANY and PART * going > held


class Safeguard:
    """The checks before one campaign's photos are removed. `account`: of the source."""

    def __init__(self, store: Store, account: str, campaign: Campaign) -> None:
        self._store = store
        self._campaign = campaign
        self._rules = {"cloud": account, "folder": campaign.folder}  # what decides where its photos come from

    def keep_rules(self) -> None:
        """Remembers the rules of this sync for the next one."""
        self._store.syncs.keep_rules(self._campaign.name, self._rules)

    def other_rules(self) -> str:
        """A sentence if the campaign's last sync, on any host, followed other rules; else ""."""
        before = self._store.syncs.rules(self._campaign.name)
        places = [str(rules.get("folder", "")) for rules in (before, self._rules)]
        if before and places[0] != places[1] and any(place.startswith(FOLDER) for place in places):
            then, now = (place if place.startswith(FOLDER) else f"Cloudinary's folder {place!r}" for place in places)
            return f"The last sync had the photos of {then}, this one has those of {now}: a mistake in campaigns.toml?"
        for key, what in (("cloud", "Cloudinary account"), ("folder", "folder")):
            now = self._rules[key]
            if before.get(key, now) != now:
                return (
                    f"The last sync had the {what} {before[key]!r}, this one has {now!r}:"
                    " a mistake here, or another service that uses the same store."
                )
        return ""

    def doubt(self, going: int, held: int, *, listed: bool) -> str:
        """Why removing `going` of `held` photos looks wrong. `listed`: whether the source lists any in the folder."""
        if self._campaign.directory is not None:
            why = f"{self._campaign.directory} has no approved picture of theirs: is it mounted, and all of it there?"
        elif listed:
            why = "Cloudinary says that they are not approved there any more"
        else:
            why = (
                f"Cloudinary has no photo in the folder {self._campaign.folder!r}: is its name right in campaigns.toml?"
            )
        return f"{going} of the {held} photos of {self._campaign.name} would go at once. {why}"
