"""One file's way: read it, decide, upload it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from app.adapters.albums import Picture
from app.adapters.cloudinary import Cloudinary, NewPicture, Uploads
from app.adapters.cloudinary.uploads import digest, is_same
from app.adapters.people import People
from app.core.errors import BadPublicId, CloudinaryUnavailable, PictureError
from app.services.importing.decision import Decision, Known, changed, decide, too_large
from app.services.importing.names import public_id, tags
from app.services.reconcile.budget import Budget

PAUSES = (1.0, 4.0)  # seconds before an upload that failed is tried again


@dataclass(frozen=True)
class Order:
    """What is the same for all files of a run. `folder`: the campaign's; `fixed`: whether it is part of public IDs.

    `most`: bytes that a picture may have, by whose limit it is.
    """

    folder: str
    fixed: bool
    people: People
    known: Known
    most: Mapping[str, int]
    dry_run: bool
    lock: threading.Lock = field(default_factory=threading.Lock)


class Carrier:
    """Carries files into Cloudinary; several threads at once. `asking`, `sending`: wait where calls are limited."""

    def __init__(
        self,
        cloudinary: Cloudinary,
        uploads: Uploads,
        asking: Budget,
        sending: Budget,
        sleep: Callable[[float], object],
    ) -> None:
        self._cloudinary = cloudinary
        self._uploads = uploads
        self._asking = asking
        self._sending = sending
        self._sleep = sleep

    def carry(self, picture: Picture, order: Order) -> Decision:
        """What came of a file. Raises CloudinaryUnavailable where a later try may succeed."""
        if why := too_large(picture.bytes, order.most):
            return Decision("failed", why)
        try:
            data = picture.path.read_bytes()
        except OSError as error:
            return Decision("failed", f"it cannot be read: {error.strerror or error}")
        mark = digest(data)
        try:
            name = public_id(order.folder, picture.file)
            with order.lock:
                decision = decide(picture.file, name, mark, order.known)
            if decision.verdict == "ask":
                there = is_same(self._asking.spend(lambda: self._cloudinary.etag(name)), data)
                return Decision("there") if there else Decision("failed", changed(name))
            if decision.verdict == "upload" and not order.dry_run:
                return self._upload(self._new(picture, name, data, order))
        except (BadPublicId, PictureError) as error:
            return Decision("failed", str(error).rstrip("."))
        return decision

    def _new(self, picture: Picture, name: str, data: bytes, order: Order) -> NewPicture:
        person = order.people.get(picture.file)
        known = {"email": person.email, "name": person.name, **person.allowed} if person else {}
        context = {key: value for key, value in known.items() if value}
        folder = None if order.fixed else order.folder
        return NewPicture(name, data, PurePosixPath(picture.file).name, folder, tags(picture.file), context)

    def _upload(self, new: NewPicture) -> Decision:
        for pause in PAUSES:
            try:
                return self._once(new)
            except CloudinaryUnavailable:
                self._sleep(pause)
        return self._once(new)

    def _once(self, new: NewPicture) -> Decision:
        """If Cloudinary stored the picture before and could not say so, it is there: nothing is ever replaced."""
        return Decision("there" if self._sending.spend(lambda: self._uploads.upload(new)) else "upload")
