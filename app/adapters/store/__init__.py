"""The store: the directory tree that is the whole state of Collagen. The only code that knows paths in it.

- `root`: the top directory, its marker, locks. `probe`: whether the store can be written to.
- `photos`: archives, intermediates, variants for the screen. `placeholders`: what a page shows before those.
- `looks`: finished looks of photos. `offloaded`: which pictures are in object storage.
- `catalogue`, `entries`: when and where photos were taken, for campaigns that keep it.
- `collages`: finished collages, and the one being built. `manifests`, `schema`: what their manifests say.
- `logs`: what happened to each photo, and the raw notifications. `events`: the lines of the former.
- `filed`: the notifications of one photo.
- `syncs`: whether a campaign is being synced, and how far it is.
- `erasures`: which photos were forgotten lately.
- `checkpoints`: how far a notification of many photos is. `logouts`: which gallery sessions have ended.
- `published`: what is published where.
- `sends`: which mails were sent. `opens`: who fetched their picture. `unsubscribes`: who wants no more mails.
- `mailed`: who was mailed by another program before. `hashes`: how both lists name an address.
- `ledger`: the logs that decide who is sent a mail. `documents`: JSON that may be damaged.
- `names`: public IDs as file names. `marks`: file times, which say what picture a file shows.
- `files`, `lines`: writes that happen whole or not at all, made of the operations of `disk`.
- `stamped`: a cache of what was made from files. `strays`: what does not belong in the store.
- `scratch`, `sweep`: local directories to work in; what killed processes left.
"""

from collections.abc import Collection
from pathlib import Path

from app.adapters.store import scratch
from app.adapters.store.collages.collages import Collages
from app.adapters.store.disk import Disk
from app.adapters.store.mail.mailed import Mailed
from app.adapters.store.mail.opens import Opens
from app.adapters.store.mail.sends import Sends
from app.adapters.store.mail.unsubscribes import Unsubscribes
from app.adapters.store.photos.catalogue import Catalogue
from app.adapters.store.photos.looks import Looks
from app.adapters.store.photos.offloaded import Offloaded
from app.adapters.store.photos.photos import Photos
from app.adapters.store.root import Root
from app.adapters.store.state.checkpoints import Checkpoints
from app.adapters.store.state.erasures import Erasures
from app.adapters.store.state.filed import Filed
from app.adapters.store.state.logouts import Logouts
from app.adapters.store.state.logs import Logs
from app.adapters.store.state.published import Published
from app.adapters.store.state.syncs import Syncs
from app.adapters.store.strays import Strays
from app.adapters.store.sweep import sweep


class Store:
    """The store at `path`. Creating one touches nothing on disk."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path
        self.root = Root(path, disk)
        self.photos = Photos(self.root)
        self.looks = Looks(self.root)
        self.offloaded = Offloaded(self.root)
        self.catalogue = Catalogue(self.root)
        self.collages = Collages(self.root)
        self.logs = Logs(self.root)
        self.filed = Filed(self.root)
        self.syncs = Syncs(self.root)
        self.erasures = Erasures(self.root)
        self.checkpoints = Checkpoints(self.root)
        self.logouts = Logouts(self.root)
        self.published = Published(self.root)
        self.sends = Sends(self.root)
        self.mailed = Mailed(self.root)
        self.opens = Opens(self.root)
        self.unsubscribes = Unsubscribes(self.root)
        self.strays = Strays(self.root)

    def sweep(self, campaigns: Collection[str] | None = None, *, remove: bool = True) -> list[Path]:
        """Removes what dead writers left, here and on the local disk; returns it. With `remove=False` only finds it.

        `campaigns`: only theirs and what belongs to no campaign. Raises StoreUnavailable.
        """
        return [*scratch.sweep(remove=remove), *sweep(self.root, self.collages, campaigns, remove=remove)]


__all__ = ["Store"]
