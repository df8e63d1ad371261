"""One campaign in each kind of source, changed as people change it."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path

from app.adapters.cloudinary import Cloudinary
from app.adapters.folder import Folder
from app.core.config import load_settings
from app.core.sources import FOLDER, Source
from scripts.sandbox.service import environment
from scripts.sandbox.standin.client import Standin

LONG_AGO = 1_700_000_000


class Place(ABC):
    """Where people put photos. `source`: the same as Collagen sees it; `folder`: the campaign's place in it."""

    source: Source
    folder: str

    @abstractmethod
    def put(self, public_id: str, picture: bytes, status: str = "approved", email: str | None = None) -> None:
        """Adds a photo, or replaces its picture."""

    @abstractmethod
    def rename(self, public_id: str, new: str) -> None: ...

    @abstractmethod
    def unplug(self) -> None:
        """Takes the source away; whether for good, nobody can tell."""


class InCloudinary(Place):
    """The stand-in with the real SDK."""

    folder = "sayno"

    def __init__(self, standin: Standin, tmp_path: Path) -> None:
        self._standin = standin
        settings = load_settings(environment(standin, tmp_path / "store"), dotenv=Path("/nonexistent"))
        self.source = Cloudinary(settings.required_account(), settings.delivery_hosts)

    def put(self, public_id: str, picture: bytes, status: str = "approved", email: str | None = None) -> None:
        if public_id in self._standin.state()["assets"]:
            self._standin.overwrite(public_id, picture, status=status, notify=False)
        else:
            fields = {"public_id": public_id, "asset_folder": "sayno", "status": status}
            self._standin.upload_many(picture, [fields | ({"context": {"email": email}} if email else {})])

    def rename(self, public_id: str, new: str) -> None:
        self._standin.rename(public_id, new, notify=False)

    def unplug(self) -> None:
        settings = {"CLOUDINARY_URL": "cloudinary://key:secret@demo?upload_prefix=http://127.0.0.1:9"}
        account = load_settings(settings, dotenv=Path("/nonexistent")).required_account()
        self.source = Cloudinary(account, frozenset())


class InFolder(Place):
    """A directory tree."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.folder = f"{FOLDER}{top}"
        self.source = Folder(top)
        self._written = LONG_AGO
        top.mkdir()
        (top / "people.csv").write_text("file,email,name,consent\n")

    def put(
        self, public_id: str, picture: bytes, status: str = "approved", email: str | None = None, ending: str = "jpg"
    ) -> None:
        inside = public_id if status == "approved" else f"{status}/{public_id}"
        write(self.top / f"{inside}.{ending}", picture, self.next())
        if email is not None:
            with (self.top / "people.csv").open("a") as table:
                table.write(f"{public_id}.{ending},{email},,yes\n")

    def next(self) -> int:
        """The time of the next file: long ago, so that nobody waits until it has settled, and later than the last."""
        self._written += 1
        return self._written

    def rename(self, public_id: str, new: str) -> None:
        (self.top / f"{public_id}.jpg").rename(self.top / f"{new}.jpg")

    def unplug(self) -> None:
        self.top.rename(self.top.with_name("elsewhere"))


def write(path: Path, data: bytes, when: float | None = None) -> Path:
    """A file as if written at `when`, in seconds since 1970: by default long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    when = LONG_AGO if when is None else when
    os.utime(path, (when, when))
    return path
