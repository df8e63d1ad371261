"""Erasure: removes everything the store knows about a person, so that nothing brings it back.

The order makes it safe to be killed at any time and run again: first the photo is rejected in its source, or the
next sync would bring it back; then it is removed here, collages that show it are rebuilt without it, and it is removed
from the logs; deleting it in the source, after which nobody could find the rest, comes last.

Damaged files may show or name the person, and nobody can tell: such a collage is withdrawn, and such a line or
notification removed, once it is clear that the person was here at all.

Cloudinary sends a webhook about the rejection, which is not filed (see `store.erasures`). Campaigns that are no longer
in campaigns.toml are searched like all others.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.adapters.store.state.logs import Purged
from app.core.config import Campaigns
from app.core.errors import BuildFailed, CollageUnsound, NotFound
from app.core.plurals import count
from app.core.sources import Hint
from app.services.collage import job
from app.services.forget.receipt import Receipt
from app.services.forget.searching import Connected, Part, find, parts, searched
from app.services.forget.traces import Person
from app.services.media.media import Media
from app.services.wall.cache import Cache

PATIENCE = 900.0  # seconds to wait for a collage that is being built

Say = Callable[[str], None]


class Forgetting:
    """Erases people from the store.

    `say` reports progress, without naming anyone; `suggest`, each other address that may be the person's. `media`: the
    pictures in object storage, if there are any.
    """

    def __init__(
        self,
        sources: Connected,
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        say: Say = lambda _: None,
        suggest: Say = lambda _: None,
        media: Media | None = None,
    ) -> None:
        self._sources = sources
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns
        self._say = say
        self._suggest = suggest
        self._media = media

    def forget(self, whom: str, among: Sequence[str] = (), *, delete: bool = False) -> Receipt:
        """Erases the person with the address `whom`, or the photo with that public ID, from campaigns `among` (all).

        Raises NotFound if neither the store nor a source has anything of the person; BadParameters for a public ID of
        several photos; BadPublicId, SourceUnavailable, StoreUnavailable, CollageInProgress, PhotoBusy or BuildFailed:
        run again, it continues.
        """
        self._store.root.require()
        known, retired = searched(self._store, self._campaigns, among)
        when = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        receipt = Receipt(when, [campaign.name for campaign in known], [campaign.name for campaign in retired])
        media = [self._media] if self._media else []
        every = parts(self._sources, self._store, self._exiftool, self._campaigns, [*known, *retired], media)
        try:
            self._forget(find(every, whom), receipt, delete=delete)
        finally:
            for part in every:
                part.processor.close()
        if receipt.is_empty:
            raise NotFound(
                f"Neither the store nor {'Cloudinary' if not any(part.in_folder for part in every) else 'a source'} has"
                f" anything of {whom!r}; nothing was changed.{self._doubt(receipt.searched)}"
            )
        return receipt

    def _forget(self, found: Sequence[Part], receipt: Receipt, *, delete: bool) -> None:
        for address in dict.fromkeys(address for part in found for address in part.found.similar):
            self._suggest(address)
        for part in found:
            receipt.add_found(part.found, part.finder, in_folder=part.in_folder)
        self._store.sweep()  # files left by killed processes may show anyone
        public_ids = [one for part in found for one in part.found.person.public_ids]
        self._store.erasures.note(receipt.searched, public_ids)
        for part in found:
            for name in (campaign.name for campaign in part.campaigns):
                person = part.found.person
                receipt.add_catalogue(*self._store.catalogue.purge(name, person.public_ids, person.is_in_line))
            self._clear_photos(part, receipt)
            self._clear_media(part, receipt)
            for name in (campaign.name for campaign in part.campaigns):
                self._clear_collages(name, part.found.person, receipt)
                Cache(self._store.path).forget(name)
                self._store.syncs.forget(name, part.found.person.public_ids)
                receipt.add_purged(self._purged(name, [part.found.person]))
        receipt.add_purged(self._purged(None, [part.found.person for part in found]))
        if not receipt.is_empty:
            self._clear_damaged(receipt)
        for part in found:
            if delete:
                receipt.add_deleted(sum(map(part.source.delete, part.found.photos)), in_folder=part.in_folder)
            elif part.in_folder:
                self._say_what_is_left(part, receipt)
            receipt.still_found += len(part.finder.held(part.found.person))
        if not receipt.is_empty:  # again: services may have kept something while the person was still there
            self._store.erasures.note(receipt.searched, public_ids)

    def _purged(self, place: str | None, people: Sequence[Person]) -> Purged:
        return self._store.logs.purge(
            place,
            lambda line: any(person.is_in_line(line) for person in people),
            lambda raw: any(person.is_in_document(raw) for person in people),
        )

    def _clear_photos(self, part: Part, receipt: Receipt) -> None:
        where = "its folder" if part.in_folder else "Cloudinary"
        for public_id in sorted(part.found.photos):
            self._say(f"A photo is rejected in {where} and removed here")
            rejected = part.source.moderate(public_id, "rejected")
            receipt.add_rejected(rejected, in_folder=part.in_folder)
            receipt.photos_removed += part.processor.process(Hint(public_id)).status == "removed"

    def _clear_media(self, part: Part, receipt: Receipt) -> None:
        """Deletes the pictures in object storage, also what an earlier removal could not."""
        photos = [(one.name, public_id) for one in part.campaigns for public_id in part.found.person.public_ids]
        if self._media:
            for campaign, public_id in photos:
                self._media.removed(campaign, public_id)
        left = sum(self._store.offloaded.note(*photo) is not None for photo in photos)
        if left:
            receipt.left_to_delete.append(
                f"pictures of {count(left, 'photo', 'photos')} in object storage, which cannot be used at the moment:"
                " python -m app sync deletes them once it can"
            )

    def _say_what_is_left(self, part: Part, receipt: Receipt) -> None:
        """Without --delete, a photo stays in its folder as rejected: the receipt says what is left to delete."""
        directory, photos = part.campaigns[0].directory, len(part.found.photos)
        if photos and directory is not None and directory.is_dir():
            receipt.left_to_delete.append(
                f"{count(photos, 'photo', 'photos')} in {directory}/rejected, and what people.csv says of them:"
                " forget --delete deletes both"
            )

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
            receipt.add_catalogue(0, self._store.catalogue.purge(campaign, (), lambda _: True)[1])
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
