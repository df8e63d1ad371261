"""Answers what services ask of a source: the state of a photo, its picture, lists; moderates and deletes."""

import contextlib
import os
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from app.adapters.folder import arrivals, moving, naming, owners, tree
from app.adapters.folder.owners import Owners
from app.adapters.folder.tree import File, Tree
from app.adapters.people import People
from app.core import limits
from app.core.errors import FolderUnavailable, PhotoBusy, PictureError
from app.core.sources import EMBEDDED, FOLDER, FORMATS, Asset, Listed, Page, Standing, Status

SETTLED = 2.0  # seconds since the last change of a file, before it is taken for whole
INDEX_SECONDS = 300.0  # how long a list is used to find the file of a photo; what the file is like is always looked up


class Unlimited:
    """A folder may be asked as often as one likes."""

    calls = 0
    standing = Standing()


class Folder:
    """The pictures below a directory. Thread-safe.

    `settled`: how long a file must have stayed as it is, in seconds, before it is read.
    """

    account = ""  # there is only one file system
    any_format = True
    remote = False
    quota = Unlimited()

    def __init__(self, path: Path, settled: float = SETTLED) -> None:
        self.path = path
        self._place = f"{FOLDER}{path}"
        self._settled = settled
        self._lock = threading.Lock()
        self._owners = Owners(path)
        self._index: dict[str, list[str]] = {}
        self._indexed = -INDEX_SECONDS

    def state(
        self, public_id: str, type: str = "upload", kind: str = "image", *, metadata: bool = False
    ) -> Asset | None:
        """The current state of a photo; None if there is no file. Raises FolderUnavailable, SettingError.

        It never has its `original`: only the decoder opens pictures.
        """
        if kind != "image":
            return None
        found = self._files(public_id).chosen().get(public_id)
        return self._listed(found, self._owners.table()).asset if found else None

    def picture(self, public_id: str, url: str) -> bytes:
        """The bytes of the file that `state` named. Raises PictureError, PhotoBusy while it is being written."""
        path = self.path / url
        try:
            if not path.resolve(strict=True).is_relative_to(self.path.resolve()):
                raise PictureError(f"{url} leads out of the folder.")
            before = _settle(path, self._settled)
            if before.st_size > limits.PICTURE_BYTES:
                raise PictureError(
                    f"{url} has {before.st_size / 1e6:.1f} MB; the limit is {limits.PICTURE_BYTES / 1e6:.0f} MB."
                )
            with os.fdopen(_opened(path), "rb") as file:
                data = file.read(limits.PICTURE_BYTES + 1)
            after = path.stat()
        except FileNotFoundError:
            raise PhotoBusy(f"{url} has just been moved or removed.") from None
        except PermissionError as error:
            raise PictureError(
                f"{url} cannot be read: {error.strerror}. The user who runs Collagen must be."
            ) from error
        except OSError as error:
            raise tree.unreadable(path, error) from error
        if tree.stamp(before) != tree.stamp(after) or len(data) != after.st_size:
            raise PhotoBusy(f"{url} is still being written; the next sync takes it.")
        return data

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        """All photos, on one page. `folder` must be this one. Raises FolderUnavailable, SettingError."""
        return self._page(folder in ("", self._place), None)

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        """All photos with this status, on one page. Raises what `folder` raises."""
        return self._page(True, status)

    def everything(self, cursor: str | None = None, kind: str = "image") -> Page:
        """All photos, on one page; none of another kind. Raises what `folder` raises."""
        return self._page(kind == "image", None)

    def moderate(self, public_id: str, status: Status, type: str | None = None) -> bool:
        """Moves the photo's file to where this status is; returns whether there is one. `type` means nothing here.

        Never overwrites a file. A rejection moves every file of this name, or the next would take its place. Raises
        FolderUnavailable.
        """
        found = self._files(public_id)
        counting = found.chosen().get(public_id)
        if counting is None:
            return False
        now = naming.split(counting.path)[0]
        for file in found.files:
            theirs = naming.split(file.path)[0]
            if theirs != status and (status == "rejected" or theirs == now != status):
                moving.move(self.path, file.path, status)
        self._forget_index()
        return True

    def delete(self, public_id: str) -> bool:
        """Deletes every file of this name, and their lines in people.csv; returns whether there was a file.

        Raises FolderUnavailable, SettingError.
        """
        files = [file.path for file in self._files(public_id).files]
        for path in files:
            moving.delete(self.path, path)
        moving.forget_lines(self.path, [name for path in files for name in (path, naming.split(path)[1])])
        self._forget_index()
        return bool(files)

    def add(self, name: str, picture: bytes, columns: Mapping[str, str]) -> bool:
        """As `arrivals.add`."""
        return arrivals.add(self.path, name, picture, columns)

    def paths(self, public_id: str) -> list[Path]:
        """The files of this name. Raises FolderUnavailable."""
        return [self.path / file.path for file in self._files(public_id).files]

    def ping(self) -> None:
        """Raises FolderUnavailable unless the folder is there, readable and not empty."""
        tree.require(self.path)

    def _files(self, public_id: str) -> Tree:
        """The files with this public ID: those of the last list, if all are there still, else by looking for them."""
        with self._lock:
            fresh = time.monotonic() - self._indexed < INDEX_SECONDS
            paths = self._index.get(public_id, []) if fresh else []
        found = Tree()
        for path in paths:
            with contextlib.suppress(OSError):
                found.files.append(File(path, (self.path / path).stat()))
        if paths and len(found.files) == len(paths):
            return found
        return tree.walk(self.path, tuple(public_id.split("/")))

    def _page(self, wanted: bool, status: str | None) -> Page:
        if not wanted:
            return Page(())
        found, table = tree.walk(self.path), self._owners.table()
        chosen = found.chosen()
        index: dict[str, list[str]] = {}
        for file in found.files:
            index.setdefault(file.public_id, []).append(file.path)
        with self._lock:
            self._index, self._indexed = index, time.monotonic()
        rows = [self._listed(file, table) for file in chosen.values()]
        notes = found.notes | owners.notes(table, chosen, rows)
        return Page(tuple(row for row in rows if status in (None, row.status)), notes=notes)

    def _listed(self, file: File, table: People) -> Listed:
        status, _ = naming.split(file.path)
        person = owners.person(file.path, table)
        if person is not None and person.consent is False:
            status = "rejected"
        email = person.email if person else None
        seconds = max(1, int(file.status.st_mtime))  # 0 would be the mark of a file without a version
        asset = Asset(
            public_id=file.public_id,
            asset_id=f"{file.status.st_mtime_ns}-{file.status.st_size}",
            folder=self._place,
            version=seconds,
            approved=status == "approved",
            approved_at=min(max(file.status.st_mtime, 1.0), 2.0**32),
            email=email,
            url=file.path,
            type="upload" if email else EMBEDDED,
            sent_at=file.status.st_mtime,
            mail=person.mail if person else None,
            tracking=person.tracking if person else None,
            person=person.name if person else None,
        )
        name = (person and person.name) or naming.stem(file.path.rpartition("/")[2])
        return Listed(asset, status, file.status.st_ctime, FORMATS[naming.ending(file.path)], name=name)

    def _forget_index(self) -> None:
        with self._lock:
            self._index = {}


def _settle(path: Path, seconds: float) -> os.stat_result:
    """What the file is like once it has not changed for so long. Raises PhotoBusy if it goes on changing."""
    found = path.stat()
    left = seconds - abs(time.time() - found.st_mtime)
    if left > 0:
        time.sleep(left)
        again = path.stat()
        if tree.stamp(again) != tree.stamp(found):
            raise PhotoBusy(f"{path.name} is still being written; the next sync takes it.")
    return found


def _opened(path: Path) -> int:
    """The descriptor of a regular file; never waits for the other end of a pipe. Raises FolderUnavailable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FolderUnavailable(f"{path} is not a regular file any more.")
    return descriptor
