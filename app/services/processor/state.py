"""The state of one photo, in the store and in its source."""

from collections.abc import Mapping

from app.adapters.exiftool import ExifTool, Tags
from app.adapters.store import Store
from app.core.config import Campaigns
from app.core.sources import FOLDER, Asset, Hint, Source
from app.services.processor.decision import reflects


class StateReader:
    """Reads the state of photos. Changes nothing."""

    def __init__(self, source: Source, store: Store, exiftool: ExifTool, campaigns: Campaigns) -> None:
        self._source = source
        self._store = store
        self._exiftool = exiftool
        self._campaigns = campaigns

    def held(self, public_id: str) -> tuple[dict[str, Tags | None], dict[str, Tags]]:
        """Each campaign with files of the photo, with the archive's tags if both files are there and match.

        Also the tags of every archive of this photo, whatever else is wrong with it.
        """
        held: dict[str, Tags | None] = {}
        archives: dict[str, Tags] = {}
        photos = self._store.photos
        for campaign, both in photos.holders(public_id).items():
            if self._is_of_another_source(campaign):
                continue
            path = photos.archive_path(campaign, public_id)
            tags = self._exiftool.read([path]).get(path)
            if tags is not None and tags.public_id == public_id:
                archives[campaign] = tags
                held[campaign] = tags if both and photos.fits(campaign, public_id, tags.mark) else None
            else:
                held[campaign] = None
        return held, archives

    def of(self, hint: Hint, archives: Mapping[str, Tags]) -> Asset | None:
        """The photo's state in its source, under the types of the archives held and of the hint.

        If several types share the public ID, the photo that belongs to a campaign counts.
        """
        types = dict.fromkeys([*(tags.type for tags in archives.values()), hint.type])
        found = [self._source.state(hint.public_id, type) for type in types]
        there = [asset for asset in found if asset is not None]
        return max(there, key=self._belongs, default=None)

    def reflects(self, hint: Hint, held: Mapping[str, Tags | None]) -> bool:
        """Whether the store already reflects what a notification states, and holds the photo whole, in one place."""
        if hint.statement is None or len(held) != 1:
            return False
        ((campaign, tags),) = held.items()
        photo = self._store.photos.find(campaign, [hint.public_id]).get(hint.public_id)
        if tags is None or photo is None or campaign not in self._campaigns:
            return False
        return reflects(hint.statement, tags, photo.approved_at // 1_000_000_000)

    def _is_of_another_source(self, campaign: str) -> bool:
        """Whether the photos of a campaign, in campaigns.toml or not any more, come from elsewhere."""
        if campaign in self._campaigns or campaign in self._campaigns.others:
            return campaign in self._campaigns.others
        folders = [self._store.syncs.rules(campaign).get("folder", "")]
        return any(folder.startswith(FOLDER) for folder in folders) or self._source.any_format

    def _belongs(self, asset: Asset) -> bool:
        return asset.approved and self._campaigns.of_folder(asset.folder) is not None
