"""The first prototype's store, as it stands on its disk: read, never changed.

    <store>/<campaign>/approved/<name>.jpg       1500×2000, the address in EXIF UserComment
    <store>/<campaign>/logs/processor.log        see `app.adapters.store.state.events`

`<name>` is the public ID with `_` for `/`. Its thumbnails, collages and filed notifications
are of no use to a store of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import SettingError


@dataclass(frozen=True, slots=True)
class OldPhoto:
    """An archive. `written_at`: its modification time in seconds since 1970."""

    name: str
    path: Path
    written_at: float

    def read(self) -> bytes:
        """Its bytes. Raises OSError."""
        return self.path.read_bytes()


class OldStore:
    """The tree at `path`. Every method raises SettingError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def require_apart_from(self, store: Path) -> None:
        """Raises SettingError if this tree and our store are one, or this tree is inside our store."""
        if self.path.resolve().is_relative_to(store.resolve()):
            raise SettingError(
                f"{self.path} is in the store that COLLAGEN_STORE names, {store}: set COLLAGEN_STORE to a directory of"
                " its own, and leave the prototype's tree as it is."
            )

    def campaigns(self) -> list[str]:
        """The directories with approved photos."""
        return sorted(path.name for path in self._listed(self.path) if (path / "approved").is_dir())

    def photos(self, campaign: str) -> list[OldPhoto]:
        """Every archive of a campaign, by name."""
        files = [path for path in self._listed(self.path / campaign / "approved") if path.suffix == ".jpg"]
        return [OldPhoto(path.stem, path, path.stat().st_mtime) for path in sorted(files) if path.is_file()]

    def log(self, campaign: str) -> Iterator[str]:
        """The lines of a campaign's processor.log; none if it has no log."""
        path = self.path / campaign / "logs" / "processor.log"
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                yield from (line.rstrip("\n") for line in lines)
        except FileNotFoundError:
            return
        except OSError as error:
            raise SettingError(f"{path} cannot be read: {error.strerror or error}.") from error

    def _listed(self, path: Path) -> list[Path]:
        try:
            return [entry for entry in path.iterdir() if not entry.name.startswith(".")]
        except OSError as error:
            raise SettingError(f"{path} cannot be listed: {error.strerror or error}.") from error
