"""The filed notifications of one photo, found by their names: `HHMMSS.<status>.<name>.json` (see `Logs`)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.adapters.store.files import using
from app.adapters.store.names import file_name
from app.adapters.store.root import UNFILED, Root


class Filed:
    def __init__(self, root: Root) -> None:
        self._root = root

    def statuses(self, campaign: str, public_id: str) -> list[str]:
        """What the notifications of today and yesterday say of a photo, such as `upload` or `approved`, in order.

        In the campaign, and among those of no known campaign. Raises StoreUnavailable.
        """
        return [path.name.split(".")[1] for path in self._found(campaign, public_id)]

    def remove(self, campaign: str, public_id: str) -> None:
        """Removes these notifications. Raises StoreUnavailable, PhotoBusy."""
        for path in list(self._found(campaign, public_id)):
            self._root.files.remove(path)

    def _found(self, campaign: str, public_id: str) -> Iterator[Path]:
        self._root.require()
        now = datetime.now(UTC)
        named = re.compile(rf"\d{{6}}\.\w+\.{re.escape(file_name(public_id))}(\.\d+)?\.json")
        for day in (now - timedelta(days=1), now):
            for top in (self._root.path / UNFILED, self._root.path / campaign / "logs" / "webhooks"):
                directory = top / f"{day:%Y%m%d}"
                with using(directory):
                    entries = sorted(entry.name for entry in self._root.files.scan(directory))
                for entry in entries:
                    if named.fullmatch(entry):
                        yield directory / entry
