"""Takes a photo from the form: through us, or by a signed form that a browser sends straight to Cloudinary."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from app.adapters.cloudinary import Cloudinary, NewPicture, SignedUpload, Signer, Uploads
from app.adapters.folder import Folder
from app.core.config import Account, Campaign, Settings
from app.core.errors import PictureError
from app.core.sources import CLOUDINARY, FOLDER
from app.services.joining.entry import Entry

Taken = Literal["taken", "another"]  # "another": a photo was sent with this form before, and it is not this one


class Destination(Protocol):
    """Where the photos of a campaign wait for a moderator."""

    def add(self, campaign: Campaign, entry: Entry, picture: bytes) -> Taken:
        """Adds a photo; does nothing if it is there already. Raises SourceUnavailable, SettingError."""


class Joining:
    """Thread-safe. `clean`: makes of a campaign's new picture what is stored of it; raises PictureError."""

    def __init__(
        self, settings: Settings, clean: Callable[[str, bytes], bytes], clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._clean = clean
        self._clock = clock
        self._lock = threading.Lock()
        self._account: _Account | None = None

    def origin(self, campaign: Campaign) -> str | None:
        """Where a browser may upload to; None if photos go through us. Raises SettingError without an account."""
        return self._cloudinary().signer.origin if campaign.source == CLOUDINARY else None

    def sign(self, campaign: Campaign, entry: Entry) -> SignedUpload | None:
        """A form for one upload; None if photos go through us. Raises SourceUnavailable, SettingError."""
        return self._cloudinary().sign(campaign, entry, self._clock()) if campaign.source == CLOUDINARY else None

    def take(self, campaign: Campaign, entry: Entry, picture: bytes) -> Taken:
        """Takes a picture of any format: upright, cut to 3:4 around the face if it is not, and without metadata.

        Raises PictureError, DecoderFailed, SourceUnavailable, SettingError.
        """
        clean = self._clean(campaign.name, picture)
        destination: Destination = self._cloudinary() if campaign.source == CLOUDINARY else _Directory()
        return destination.add(campaign, entry, clean)

    def _cloudinary(self) -> "_Account":
        with self._lock:
            if self._account is None:
                self._account = _Account(self._settings.required_account(), self._settings.delivery_hosts)
            return self._account


class _Account:
    def __init__(self, account: Account, hosts: frozenset[str]) -> None:
        self.signer = Signer(account)
        self._uploads = Uploads(account)
        self._cloudinary = Cloudinary(account, hosts)

    def sign(self, campaign: Campaign, entry: Entry, now: float) -> SignedUpload:
        public_id, folder = self._place(campaign, entry)
        return self.signer.sign(public_id, folder, entry.said(), now)

    def add(self, campaign: Campaign, entry: Entry, picture: bytes) -> Taken:
        public_id, folder = self._place(campaign, entry)
        try:
            self._uploads.upload(NewPicture(public_id, picture, f"{entry.key}.jpg", folder, context=entry.said()))
        except PictureError:  # we have made the picture ourselves, so it is not what Cloudinary refuses
            return "another"
        return "taken"

    def _place(self, campaign: Campaign, entry: Entry) -> tuple[str, str | None]:
        """Public ID and asset folder; None where the folder is part of the public ID."""
        if self._cloudinary.fixed_folders():
            return f"{campaign.folder}/{entry.key}", None
        return entry.key, campaign.folder


class _Directory:
    def add(self, campaign: Campaign, entry: Entry, picture: bytes) -> Taken:
        folder = Folder(Path(campaign.source.removeprefix(FOLDER)))
        return "taken" if folder.add(f"{entry.key}.jpg", picture, entry.said()) else "another"
