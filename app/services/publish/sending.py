"""What one go at publishing does to the target and the CDN: sends, erases, removes, and reports it."""

import contextlib
import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from app.adapters.store.documents import an_object
from app.adapters.targets import Held, Target, Upload
from app.core.errors import SettingError
from app.services.publish import names
from app.services.publish.invalidate import addresses
from app.services.publish.made import Made
from app.services.publish.plan import File, is_there


class Cdn(Protocol):
    """What is asked of a CDN in front of the target. Both raise TargetUnavailable and SettingError."""

    def invalidate(self, paths: Sequence[str]) -> str: ...
    def wait(self, invalidation: str) -> None: ...


@dataclass
class Report:
    """`files`, `bytes`: all that should be there. `sent`, `erased`, `removed`: paths; `sent_bytes`: of the first.

    `invalidated`: the addresses that the CDN was to forget, in order.
    """

    collage: str
    people: int = 0
    files: int = 0
    bytes: int = 0
    sent: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    erased: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    invalidated: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Sending:
    """`made`: what is noted about the target, which `save` keeps. `dry`: nothing is done, only reported.

    `held`: what is there. Threads may send at once. Creating one makes no call; all methods raise TargetUnavailable and
    SettingError.
    """

    def __init__(
        self,
        target: Target,
        cdn: Cdn | None,
        made: Made,
        save: Callable[[], None],
        report: Report,
        *,
        wait: bool,
        dry: bool,
    ) -> None:
        self._target, self._cdn = target, cdn
        self._made, self._save = made, save
        self._report = report
        self._wait, self._dry = wait, dry
        self._turn = threading.Lock()
        self.held: dict[str, Held] = {}

    def look(self, campaign: str) -> None:
        """Lists what is there. Raises SettingError if it was not published from this campaign."""
        self.held = dict(self._target.files([*names.PAGES, names.MARKER]))
        marker = an_object(self._target.read(names.MARKER) or b"") if names.MARKER in self.held else None
        if marker is None:
            foreign = names.foreign(self.held)
            if foreign:
                raise SettingError(
                    f"{self._target.name} has a file {foreign[0]} that was not published by Collagen; choose another"
                    " place, or remove it."
                )
            data = json.dumps({"campaign": campaign}).encode("utf-8") + b"\n"
            if not self._dry:
                self._put(names.MARKER, data, sha256(data).hexdigest())
        elif marker.get("campaign") != campaign:
            raise SettingError(f"{self._target.name} is the place of another campaign; each needs its own.")

    def is_there(self, path: str, file: File) -> bool:
        return is_there(path, file, self.held)

    def send(self, path: str | Callable[[str], str], data: bytes) -> File:
        """Puts a file where it is not there yet. `path`: may depend on the SHA-256 of the bytes."""
        file = File(len(data), sha256(data).hexdigest())
        place = path if isinstance(path, str) else path(file.sha256)
        if not self.is_there(place, file):
            if not self._dry:
                self._put(place, data, file.sha256)
            self.count(place, file)
        return file

    def count(self, path: str, file: File) -> None:
        """Reports a file as sent."""
        with self._turn:
            self.held[path] = Held(file.size, file.sha256)
            self._report.sent.append(path)
            self._report.sent_bytes += file.size

    def erase(self, paths: Sequence[str]) -> None:
        """Deletes pictures of people, and makes the CDN forget them, and what an earlier go did not tell it."""
        self._report.erased = list(paths)
        with self._told(paths):
            self._delete(paths)

    def replace(self, bodies: Mapping[str, bytes], uploads: Sequence[str], deletions: Sequence[str]) -> None:
        """Sends pages in this order, deletes what is gone, and makes the CDN forget both."""
        self._report.removed = list(deletions)
        with self._told([*(path for path in uploads if path in names.PAGES), *deletions]):
            for path in uploads:
                self.send(path, bodies[path])
            self._delete(deletions)

    @contextlib.contextmanager
    def _told(self, paths: Collection[str]) -> Iterator[None]:
        """Makes the CDN forget files that change inside.

        They are noted before, so that the next go tells it if this one is killed after the change.
        """
        untold = sorted({*self._made.untold, *paths}) if self._cdn is not None else []
        self._note(untold)
        yield
        found = addresses(untold)
        if found and self._cdn is not None:
            self._report.invalidated += found
            if not self._dry:
                invalidation = self._cdn.invalidate(found)
                if self._wait:
                    self._cdn.wait(invalidation)
        self._note([])

    def _note(self, untold: Sequence[str]) -> None:
        if not self._dry and self._made.untold != tuple(untold):
            self._made.untold = tuple(untold)
            self._save()

    def _delete(self, paths: Sequence[str]) -> None:
        if not self._dry:
            self._target.delete(paths)
        for path in paths:
            self.held.pop(path, None)

    def _put(self, path: str, data: bytes, digest: str) -> None:
        self._target.put(Upload(path, data, names.content_type(path), names.cache_control(path), digest))
