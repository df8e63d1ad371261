"""Erasure: removes everything the store knows about a person, so that nothing brings it back.

The order makes it safe to be killed at any time and run again: first the photo is rejected in Cloudinary, or the next
sync would bring it back; then it is removed here, collages that show it are rebuilt without it, and it is removed from
the logs; deleting it in Cloudinary, after which nobody could find the rest, comes last.

Damaged files may show or name the person, and nobody can tell: such a collage is withdrawn, and such a line or
notification removed, once it is clear that the person was here at all.

Cloudinary sends a webhook about the rejection, which is not filed (see `store.erasures`). Campaigns that are no longer
in campaigns.toml are searched like all others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.adapters.cloudinary import Cloudinary, Hint
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import Campaign, Campaigns
from app.core.errors import BuildFailed, CollageUnsound, NotFound
from app.services.collage import job
from app.services.forget.finding import Finder
from app.services.forget.receipt import Receipt
from app.services.forget.traces import Person
from app.services.processor.processor import Processor
from app.services.wall.cache import Cache

PATIENCE = 900.0  # seconds to wait for a collage that is being built

Say = Callable[[str], None]


class Forgetting:
    """Erases people from the store.

    `say` reports progress, without naming anyone; `suggest`, each other address that may be the person's.
    """

    def __init__(
        self,
        cloudinary: Cloudinary,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        say: Say = lambda _: None,
        suggest: Say = lambda _: None,
    ) -> None:
        self._cloudinary = cloudinary
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self._processor = Processor(cloudinary, store, exiftool, campaigns)
        self._say = say
        self._suggest = suggest

    def forget(self, whom: str, among: Sequence[str] = (), *, delete: bool = False) -> Receipt:
        """Erases the person with the address `whom`, or the photo with that public ID, from campaigns `among` (all).

        Raises NotFound if neither the store nor Cloudinary has anything of the person; BadPublicId,
        CloudinaryUnavailable, StoreUnavailable, CollageInProgress, PhotoBusy or BuildFailed: run again, it continues.
        """
        self._store.root.require()
        known, retired = self._searched(among)
        when = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        receipt = Receipt(when, [campaign.name for campaign in known], [campaign.name for campaign in retired])
        finder = Finder(self._cloudinary, self._store, self._exiftool, known + retired)
        found = finder.find(whom)
        for address in found.similar:
            self._suggest(address)
        receipt.photos_found = len(found.photos)
        receipt.photos_searched, receipt.assets_searched_in_cloudinary = finder.photos_searched, finder.assets_searched
        self._store.sweep()  # files left by killed processes may show anyone
        self._store.erasures.note(receipt.searched, found.person.public_ids)
        self._clear_photos(found.photos, receipt)
        for name in receipt.searched:
            self._clear_collages(name, found.person, receipt)
            Cache(self._store.path).forget(name)
            self._store.syncs.forget(name, found.person.public_ids)
        for place in (*receipt.searched, None):
            receipt.add_purged(self._store.logs.purge(place, found.person.is_in_line, found.person.is_in_document))
        if not receipt.is_empty:
            self._clear_damaged(receipt)
        if delete:
            receipt.deleted_in_cloudinary = sum(self._cloudinary.delete(public_id) for public_id in found.photos)
        receipt.still_found = len(finder.held(found.person))
        if receipt.is_empty:
            raise NotFound(
                f"Neither the store nor Cloudinary has anything of {whom!r}; nothing was changed."
                f"{self._doubt(receipt.searched)}"
            )
        return receipt

    def _clear_photos(self, public_ids: Iterable[str], receipt: Receipt) -> None:
        for public_id in sorted(public_ids):
            self._say("A photo is rejected in Cloudinary and removed here")
            receipt.rejected_in_cloudinary += self._cloudinary.reject(public_id)
            receipt.photos_removed += self._processor.process(Hint(public_id)).status == "removed"

    def _searched(self, among: Sequence[str]) -> tuple[list[Campaign], list[Campaign]]:
        """The campaigns with these names (all), and those among them that only the store still has.

        The folder of the latter is that of their last sync; none if it is unknown or now belongs to another campaign.
        Raises NotFound.
        """
        stored = set(self._store.root.campaigns()).difference(self._campaigns)
        for name in set(among) - stored:
            self._campaigns.require(name)
        wanted = among or sorted({*self._campaigns, *stored})
        retired = [
            Campaign(name, name, self._store.syncs.rules(name).get("folder", name)) for name in wanted if name in stored
        ]
        taken = {campaign.folder for campaign in self._campaigns.values()}
        retired = [one if one.folder not in taken else replace(one, folder="") for one in retired]
        return [self._campaigns[name] for name in wanted if name not in stored], retired

    def _clear_collages(self, campaign: str, person: Person, receipt: Receipt) -> None:
        """Makes every readable finished collage forget the person; waits for one that is being built."""
        self._store.collages.settle(campaign, PATIENCE)
        for collage in self._store.collages.ids(campaign):
            receipt.collages_searched += 1
            try:
                manifest = self._store.collages.manifest(campaign, collage)
            except CollageUnsound:  # see _clear_damaged
                continue
            name = f"{campaign}/{collage}"
            if person.public_ids.intersection(manifest.shown):
                self._say(f"The collage {name} is built anew")
                job.revise(self._store, campaign, collage, person.public_ids, PATIENCE).wait()
                (receipt.collages_rebuilt if self._is_revised(name, person) else receipt.collages_withdrawn).append(
                    name
                )
            elif person.public_ids & manifest.not_shown:
                with self._store.collages.turn(campaign, PATIENCE):  # nobody else changes it meanwhile
                    manifest = self._store.collages.manifest(campaign, collage)
                    self._store.collages.rewrite_manifest(campaign, collage, manifest.without(person.public_ids))
                receipt.manifests_rewritten.append(name)

    def _clear_damaged(self, receipt: Receipt) -> None:
        """Withdraws the collages and removes the log lines and notifications that can no longer be read."""
        for campaign in receipt.searched:
            if self._store.collages.damaged(campaign):
                with self._store.collages.turn(campaign, PATIENCE):  # nobody else changes them meanwhile
                    for collage in self._store.collages.damaged(campaign):
                        name = f"{campaign}/{collage}"
                        self._say(f"The collage {name} is damaged and may show the person, so it is withdrawn")
                        self._store.collages.remove(campaign, collage)
                        receipt.damaged_collages_withdrawn.append(name)
        for place in (*receipt.searched, None):
            purged = self._store.logs.purge(place, lambda _: False, lambda _: False, damaged=True)
            receipt.log_lines_removed += purged.lines_removed
            receipt.notifications_removed += purged.notifications_removed

    def _doubt(self, campaigns: Sequence[str]) -> str:
        """A sentence about the collages whose people are unknown because they are damaged; "" if there are none."""
        names = [f"{name}/{collage}" for name in campaigns for collage in self._store.collages.damaged(name)]
        if not names:
            return ""
        return (
            f" But nobody can tell whom {', '.join(names)} shows, which is damaged: python -m app check --repair"
            " withdraws what has a damaged manifest."
        )

    def _is_revised(self, name: str, person: Person) -> bool:
        """True for a collage without the person, False for one that was withdrawn. Raises BuildFailed otherwise."""
        campaign, _, collage = name.partition("/")
        try:
            manifest = self._store.collages.manifest(campaign, collage)
        except NotFound:
            return False
        if person.public_ids.intersection(manifest.shown):
            raise BuildFailed(
                f"The collage {name} could not be built anew, and still shows the person; run forget again."
            )
        return True
