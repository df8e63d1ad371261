"""The processors of a service, one for each source: a public ID is another photo elsewhere."""

from collections.abc import Sequence

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.config import Campaigns
from app.core.sources import Source
from app.services.processor.followers import Follower
from app.services.processor.processor import Processor


class Processors:
    """`known`: those that exist already, by source. All of them are closed together."""

    def __init__(
        self,
        sources: dict[str, Source],
        store: Store,
        exiftool: ExifTool,
        campaigns: Campaigns,
        known: dict[str, Processor],
        followers: Sequence[Follower] = (),
    ) -> None:
        self._campaigns = campaigns
        self._by_source = known | {
            name: Processor(source, store, exiftool, campaigns.of_source(name), followers=followers)
            for name, source in sources.items()
            if name not in known
        }

    def of(self, campaign: str) -> Processor:
        """The processor of a campaign's photos."""
        return self._by_source[self._campaigns[campaign].source]

    def clean(self, campaign: str, picture: bytes) -> bytes:
        """A picture of any format as the campaign would archive it. Raises PictureError, DecoderFailed."""
        return self.of(campaign).clean(picture)

    def check(self) -> None:
        """Raises DecoderFailed unless pictures can be decoded."""
        imaging.policy.require()
        next(iter(self._by_source.values())).check()

    def close(self) -> None:
        for processor in self._by_source.values():
            processor.close()
