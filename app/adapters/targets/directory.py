"""A directory of this machine, which a web server serves as it is."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from app.adapters.targets.target import Held, Upload
from app.core.errors import SettingError, TargetUnavailable

TEMPORARY = ".tmp-"
P = ParamSpec("P")
R = TypeVar("R")


class Directory:
    """A target. Creating one touches nothing; it follows no link that leads out of the directory."""

    def __init__(self, top: Path) -> None:
        self.name = str(top)
        self._top = top

    def files(self, exactly: Collection[str]) -> Mapping[str, Held]:
        """Every file, with its SHA-256: reading them all shows damage, too. Removes what killed writers left."""
        return self._plainly(lambda: dict(self._found(self._top)))

    def read(self, path: str) -> bytes | None:
        try:
            return self._plainly(self._inside(path).read_bytes)
        except FileNotFoundError:
            return None

    def put(self, upload: Upload) -> None:
        self._plainly(lambda: self._put(upload))

    def delete(self, paths: Collection[str]) -> None:
        for path in paths:
            self._plainly(lambda path=path: self._delete(self._inside(path)))  # type: ignore[misc]

    def check(self) -> None:
        """Writes a file and removes it."""
        trial = Upload(f"{TEMPORARY}trial-{secrets.token_hex(8)}", b"a trial\n", "text/plain", "no-store", "")
        self.put(trial)
        self.delete([trial.path])

    def _put(self, upload: Upload) -> None:
        path = self._inside(upload.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:
                file.write(upload.data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for directory in path.parents:
            if directory == self._top:
                break
            try:
                directory.rmdir()
            except OSError:  # not empty, or gone already
                break

    def _inside(self, path: str) -> Path:
        found = self._top / path
        top = self._top.resolve()
        if not found.parent.resolve().is_relative_to(top) or found.name in ("", "..") or found.is_symlink():
            raise SettingError(f"{found} leads out of the directory {self._top}; remove the link.")
        return found

    def _found(self, directory: Path) -> Iterator[tuple[str, Held]]:
        try:
            with os.scandir(directory) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in listed:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from self._found(path)
            elif entry.is_file(follow_symlinks=False):
                if entry.name.startswith(TEMPORARY):
                    path.unlink(missing_ok=True)
                    continue
                with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    yield str(path.relative_to(self._top)), Held(os.fstat(file.fileno()).st_size, digest)

    def _plainly(self, act: Callable[[], R]) -> R:
        try:
            return act()
        except FileNotFoundError:
            raise
        except (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
            raise SettingError(f"{error.filename or self.name} cannot be used: {error.strerror}.") from error
        except OSError as error:
            raise TargetUnavailable(f"{error.filename or self.name} cannot be used: {error.strerror}.") from error
