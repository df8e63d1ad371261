"""What publishing asks of the place where it publishes. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Held:
    """A file at the target. `sha256`: hexadecimal; None where the target does not know it without reading the file."""

    size: int
    sha256: str | None


@dataclass(frozen=True)
class Upload:
    """A file to be put there. `path`: relative, with slashes; `cache`: its Cache-Control; `sha256`: hexadecimal."""

    path: str
    data: bytes = field(repr=False)
    content_type: str
    cache: str
    sha256: str


class Target(Protocol):
    """All methods raise TargetUnavailable, or SettingError where another try would fail again. Threads may share it.

    `name`: for messages; it holds no secret.
    """

    name: str

    def files(self, exactly: Collection[str]) -> Mapping[str, Held]:
        """Every file there, by path; of those in `exactly`, the SHA-256 too."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None if there is none."""

    def put(self, upload: Upload) -> None:
        """Puts a file there: whole, or not at all."""

    def delete(self, paths: Collection[str]) -> None:
        """Deletes files; those that are not there are no error."""

    def check(self) -> None:
        """Raises what the others would raise if this is no target, or rights to it are missing. Leaves nothing."""
