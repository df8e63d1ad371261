"""A test bench for erasure: adds people, and searches the store for what is left of them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.sources import Hint
from app.services.collage.plan import Parameters
from app.services.forget.forget import Forgetting
from app.services.processor.processor import Processor
from scripts.sandbox.samples import person
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.stored import built

ANN = "ann@example.org"
SMALL = Parameters(width=300, height=400)


@dataclass
class Bench:
    standin: Standin
    store: Store
    exiftool: ExifTool
    processor: Processor
    forgetting: Forgetting
    environ: dict[str, str]

    def add(self, public_id: str, email: str | None, folder: str = "sayno", seed: int = 1) -> None:
        self.standin.upload(person(seed), public_id, folder=folder, email=email, notify=False)
        self.standin.approve(public_id, notify=False)
        self.processor.process(Hint(public_id))

    def collage(self, campaign: str = "sayno") -> dict[str, Any]:
        return built(self.store, campaign, width=SMALL.width, height=SMALL.height)

    def master(self, collage: str) -> np.ndarray[Any, Any]:
        with Image.open(self.store.collages.file("sayno", collage, "collage.png")) as image:
            return np.asarray(image)

    def file_note(self, campaign: str | None, public_id: str, payload: dict[str, Any]) -> None:
        raw = json.dumps(payload).encode()
        self.store.logs.notification(campaign, datetime.now(UTC), "upload", public_id, raw)


def search(store: Store, *words: str) -> list[Path]:
    """Every file of the store with one of the words in its name, its bytes, or anything exiftool finds in it."""
    files = [path for path in store.root.path.rglob("*") if path.is_file()]
    said = {path: path.name.encode() + path.read_bytes() for path in files}
    if pictures := [path for path in files if path.suffix in (".jpg", ".png")]:
        # the first one twice, because it names the files only if there are several
        command = ["exiftool", "-a", "-u", "-G1", *map(str, [pictures[0], *pictures])]
        told = subprocess.run(command, capture_output=True, check=False).stdout.split(b"======== ")
        assert len(told) == 1 + 1 + len(pictures)
        for path, part in zip(pictures, told[2:], strict=True):
            assert part.startswith(bytes(path) + b"\n")
            said[path] += part.removeprefix(bytes(path))
    return [path for path, all_of_it in said.items() if any(word.encode() in all_of_it for word in words)]
