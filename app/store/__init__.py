"""The store: the directory tree that is the whole state of Collagen. The only code that knows paths in it.

- `root`: the tree's top, its marker, locks.
- `photos`: archives and intermediates.
- `collages`: finished collages, and the one being built.
- `logs`: what happened to whom, and the raw notifications.
- `names`: public IDs as file names.
- `files`: writes that happen whole or not at all.
"""

from pathlib import Path

from app.store.collages import Collages
from app.store.logs import Logs
from app.store.photos import Photos
from app.store.root import Root


class Store:
    """All rooms of the store below `path`. Making one touches nothing on disk."""

    def __init__(self, path: Path) -> None:
        self.root = Root(path)
        self.photos = Photos(self.root)
        self.collages = Collages(self.root)
        self.logs = Logs(self.root)


__all__ = ["Store"]
