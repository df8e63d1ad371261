"""A reader who walks a published site all the time, over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import threading
from dataclasses import dataclass, field

from app.services.publish import names
from scripts.sandbox.ending import Ending
from scripts.sandbox.site import named
from scripts.sandbox.waiting import wait_for

PAGES = (names.INDEX, names.WALL, names.ALBUM)


@dataclass
class Walk:
    """`pages`: the SHA-256 of each, in the order in which they were read. `missing`: paths that were not found.

    `wrong`: paths of files that are not what their name says. `read`: how many files.
    """

    pages: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    read: int = 0


class Reader(Ending):
    """Walks from the index to everything that it leads to, and begins anew, until stopped.

    `walks`: finished ones. A site without an index is not there yet.
    """

    def __init__(self, port: int, top: str) -> None:
        self._port, self._top = port, top
        self.walks: list[Walk] = []
        self._begun = 0
        self._failed: BaseException | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name="reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Safe to call twice."""
        self._stopped.set()
        self._thread.join()

    def whole_walk(self) -> Walk:
        """Waits for a walk that begins after this call, and is finished."""
        before = self._begun

        def found() -> Walk | None:
            if self._failed is not None:
                raise self._failed
            return self.walks[before] if len(self.walks) > before else None

        return wait_for(found, "a reader has walked the site")

    def _go(self) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            while not self._stopped.is_set():
                self._walk(connection)
        except BaseException as error:
            self._failed = error
            raise

    def _walk(self, connection: http.client.HTTPConnection) -> None:
        walk, pages = Walk(), dict[str, bytes]()

        def read(path: str) -> bytes | None:
            if path in pages:
                return pages[path]
            connection.request("GET", f"/{self._top}/{path}")
            answer = connection.getresponse()
            data = answer.read()
            if answer.status == 404:
                walk.missing.add(path)
                return None
            assert answer.status == 200, answer.status
            walk.read += 1
            digest = hashlib.sha256(data).hexdigest()
            if path in PAGES:
                pages[path], walk.pages[path] = data, digest
            elif digest[: names.DIGITS] != path.split(".")[-2]:
                walk.wrong.add(path)
            return data

        if read(names.INDEX) is None:
            self._stopped.wait(0.05)
            return
        self._begun += 1
        with contextlib.suppress(AssertionError, KeyError):  # what it could not read is noted
            for path in sorted(named(read) - set(PAGES)):
                if self._stopped.is_set():
                    return
                read(path)
        self.walks.append(walk)
