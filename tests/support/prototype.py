"""A store in the first prototype's shape, and the account that it was made from."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from scripts.sandbox.samples import person
from scripts.sandbox.standin.client import Standin

PEOPLE, PICTURES = 8, 6  # the last have the first ones' pictures


def picture(number: int) -> bytes:
    return person(number % PICTURES)


def address(number: int) -> str:
    return f"supporter{number}@example.org"


@functools.cache
def _archives() -> list[bytes]:
    """Everyone's archive; one exiftool for all, which is slow to start."""
    with tempfile.TemporaryDirectory() as directory:
        paths, arguments = [Path(directory) / f"{number}.jpg" for number in range(PEOPLE)], list[str]()
        for number, path in enumerate(paths):
            path.write_bytes(picture(number))
            comment = f"-UserComment={address(number)}"
            arguments += ["-q", "-overwrite_original", comment, str(path), "-execute"]
        subprocess.run(["exiftool", "-@", "-"], input="\n".join(arguments), text=True, check=True)
        return [path.read_bytes() for path in paths]


@functools.cache
def _files(number: int) -> tuple[bytes, bytes]:
    """A person's archive and thumbnail."""
    archive, thumbnail = _archives()[number], io.BytesIO()
    Image.open(io.BytesIO(archive)).resize((300, 400)).save(thumbnail, "png")
    return archive, thumbnail.getvalue()


@dataclass
class Prototype:
    """Puts photos into the stand-in and, as the prototype did, into the tree at `path`."""

    standin: Standin
    path: Path
    addresses: list[str] = field(default_factory=list)

    def upload(self, public_id: str, number: int, campaign: str = "sayno", status: str = "approved") -> int:
        """A photo of a person in Cloudinary; returns its version."""
        asset = self.standin.upload(
            picture(number), public_id, folder=campaign, email=address(number), moderation=status, notify=False
        )
        return int(asset["version"])

    def keep(self, public_id: str, number: int, written_at: float, campaign: str = "sayno") -> Path:
        """The files of a photo, and the lines and the notification that told of it."""
        name, top = public_id.replace("/", "_"), self.path / campaign
        archive, thumbnail = top / f"approved/{name}.jpg", top / f"thumbnails/{name}.png"
        log, filed = top / "logs/processor.log", top / f"logs/webhooks/20251008/142522.approved.{name}.json"
        for path in (archive, thumbnail, filed, top / "collages/collage.png"):
            path.parent.mkdir(parents=True, exist_ok=True)
        for path, data in zip((archive, thumbnail), _files(number), strict=True):
            path.write_bytes(data)
        with log.open("a") as lines:
            lines.write(f"2025-10-08 14:25:{number:02},115 - INFO - SYNCED: {public_id} (email: {address(number)})\n")
        filed.write_text(json.dumps({"body": {"public_id": public_id, "email": address(number)}, "headers": {}}))
        (top / "collages/collage.png").write_bytes(thumbnail.read_bytes())
        for path in (archive, thumbnail, filed):
            path.chmod(0o644)
            os.utime(path, (written_at, written_at))
        self.addresses.append(address(number))
        return archive

    def photo(self, public_id: str, number: int, campaign: str = "sayno") -> Path:
        """An approved photo that the prototype has as Cloudinary has it."""
        return self.keep(public_id, number, self.upload(public_id, number, campaign) + 60, campaign)

    def snapshot(self) -> dict[str, tuple[int, int, bytes]]:
        """Mode, modification time and bytes of everything in the tree."""
        paths = [self.path, *sorted(self.path.rglob("*"))]
        return {
            str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in paths
        }
