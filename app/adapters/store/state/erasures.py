"""Which photos were forgotten lately, so that nothing is kept that still arrives about them or shows them.

Photos are noted as a digest that names nobody; a campaign, with the time when somebody in it was forgotten last: other
processes then clear what they keep on their own disks (see `app.services.wall.cache`).
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app.adapters.store.files import using
from app.adapters.store.names import digest
from app.adapters.store.root import Root

FORGOTTEN = ".forgotten"
KEPT = 30 * 24 * 3600  # seconds: longer than a notification may wait in a queue
CAMPAIGN = ".campaign"


class Erasures:
    def __init__(self, root: Root) -> None:
        self._root = root

    def note(self, campaigns: Iterable[str], public_ids: Iterable[str]) -> None:
        """Notes that these photos, in these campaigns, were forgotten just now. Raises StoreUnavailable."""
        self._root.require()
        self._root.expire(FORGOTTEN, KEPT)
        # photos first: a process that sees that a campaign has changed finds them
        for name in (*map(digest, public_ids), *(f"{campaign}{CAMPAIGN}" for campaign in campaigns)):
            self._root.files.write_whole(self._root.path / FORGOTTEN / name, b"")

    def has(self, public_id: str) -> bool:
        """Whether a photo was forgotten lately. Raises StoreUnavailable."""
        path = self._root.path / FORGOTTEN / digest(public_id)
        with using(path):
            return self._root.files.exists(path)

    def campaigns(self) -> dict[str, int]:
        """When somebody in a campaign was forgotten last: nanoseconds since 1970. Raises StoreUnavailable."""
        return {name.removesuffix(CAMPAIGN): at for name, at in self._noted(lambda name: name.endswith(CAMPAIGN))}

    def photos(self) -> dict[str, int]:
        """By `digest`, when each photo was forgotten last: nanoseconds since 1970. Raises StoreUnavailable."""
        return dict(self._noted(lambda name: not name.endswith(CAMPAIGN)))

    def _noted(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
        directory = self._root.path / FORGOTTEN
        with using(directory):
            for entry in self._root.files.scan(directory):
                if wanted(entry.name) and (noted := self._root.files.disk.stat(Path(entry.path))):
                    yield entry.name, noted.st_mtime_ns
