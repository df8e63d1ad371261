"""What was made before, so that it is neither made nor sent again: pictures by a digest of what they were made from.

Pure.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.adapters.store.documents import is_count
from app.services.publish.plan import File, Shown

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass
class Made:
    """`files`: by the digest of their sources. `former`: what the pages named before the last change, which was at
    `changed` (seconds since 1970); `named`: what they name since. `there`: the collages of which there may be pictures,
    None if nobody knows. `untold`: what was or is being replaced or removed without the CDN knowing. Threads may share
    it.
    """

    files: dict[str, File] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    changed: int = 0
    there: tuple[Shown, ...] | None = None
    untold: tuple[str, ...] = ()

    def known(self, key: bytes) -> File | None:
        return self.files.get(key.hex())

    def keep(self, key: bytes, file: File) -> None:
        self.files[key.hex()] = file

    def drop(self, key: bytes) -> None:
        self.files.pop(key.hex(), None)

    def only(self, keys: Collection[bytes]) -> None:
        """Drops what was made from other sources."""
        wanted = {key.hex() for key in keys}
        self.files = {key: file for key, file in self.files.items() if key in wanted}

    def now_named(self, paths: Collection[str], at: int) -> None:
        """Notes what the pages name since `at`, if that is something else than before."""
        if set(paths) != set(self.named):
            self.former, self.named, self.changed = self.named, tuple(sorted(paths)), at

    def as_json(self) -> dict[str, Any]:
        files = {key: [file.size, file.sha256] for key, file in list(self.files.items())}
        there = None if self.there is None else [[one.collage, one.state] for one in self.there]
        return {
            "files": files,
            "named": self.named,
            "former": self.former,
            "changed": self.changed,
            "there": there,
            "untold": self.untold,
        }


def read_made(document: Mapping[str, Any]) -> Made:
    """From JSON that may be damaged: what is not sound is made again."""
    files, changed = document.get("files"), document.get("changed")
    found = {}
    for key, value in files.items() if isinstance(files, dict) else ():
        match value:
            case [size, str(sha256)] if is_count(size) and _DIGEST.fullmatch(sha256) and _DIGEST.fullmatch(key):
                found[key] = File(size, sha256)
    texts = {key: _texts(document.get(key)) for key in ("named", "former", "untold")}
    there = _collages(document.get("there"))
    return Made(found, changed=changed if is_count(changed) else 0, there=there, **texts)  # type: ignore[arg-type]


def _collages(value: object) -> tuple[Shown, ...] | None:
    if not isinstance(value, list):
        return None
    found = []
    for one in value:
        match one:
            case [str(collage), str(state)]:
                found.append(Shown(collage, state))
            case _:
                return None
    return tuple(found)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
