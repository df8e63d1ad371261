"""Which photos have no e-mail address. exiftool reads 1,000 archives in some seconds, so it is done apart and kept."""

import logging
import threading
from collections.abc import Sequence

from app.errors import where
from app.exif import ExifTool
from app.store import Store
from app.store.photos import Photo

LOG = logging.getLogger(__name__)
BATCH = 25  # archives in one run of exiftool, which a webhook may be waiting for


class Addresses:
    """What is known of a store's archives. Threads may share it; it holds no address."""

    def __init__(self, store: Store, exiftool: ExifTool) -> None:
        self._store = store
        self._exiftool = exiftool
        self._lock = threading.Lock()
        self._has: dict[str, dict[Photo, bool]] = {}  # by campaign; a photo that is approved anew is another one
        self._reading: dict[str, threading.Thread] = {}
        self._closed = False

    def without(self, campaign: str, photos: Sequence[Photo]) -> list[str] | None:
        """The public IDs of those without an address; None while that is being found out, by a thread of its own."""
        with self._lock:
            known = self._has.get(campaign, {})
            missing = [photo for photo in photos if photo not in known]
            if not missing:
                self._has[campaign] = {photo: known[photo] for photo in photos}  # and nobody who went
                return [photo.public_id for photo in photos if not known[photo]]
            if campaign not in self._reading and not self._closed:
                thread = threading.Thread(target=self._read, args=(campaign, missing), daemon=True)
                self._reading[campaign] = thread
                thread.start()
        return None

    def close(self) -> None:
        """Ends what is being read; whoever closes exiftool does this first, or it would be started once more."""
        self._closed = True
        with self._lock:
            threads = list(self._reading.values())
        for thread in threads:
            thread.join()

    def _read(self, campaign: str, photos: Sequence[Photo]) -> None:
        try:
            for start in range(0, len(photos), BATCH):
                if self._closed:
                    return
                batch = photos[start : start + BATCH]
                paths = {photo: self._store.photos.archive_path(campaign, photo.public_id) for photo in batch}
                tags = self._exiftool.read(paths.values())
                with self._lock:
                    known = self._has.setdefault(campaign, {})
                    for photo, path in paths.items():
                        known[photo] = path in tags and bool(tags[path].email)
        except Exception as error:  # whoever asks next starts it again
            LOG.warning("The addresses of %s were not counted to their end: %s", campaign, where(error))
        finally:
            with self._lock:
                del self._reading[campaign]
