"""The job that a rival does, read from the JSON that is its only argument. Imports nothing of Collagen."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

MASTER = "collage.png"
LONGEST_SIDES = (1920, 1024)
QUALITY = 85


@dataclass(frozen=True)
class Job:
    """The intermediates of the people in the collage, row by row, and where they go.

    `folder`, `names`: the files. `left`, `top`: where the grid begins on the canvas, negative where it is clipped.
    `box`: left, top, width and height of the part of the canvas that the grid covers.
    """

    folder: str
    names: list[str]
    cols: int
    rows: int
    cell_width: int
    cell_height: int
    left: int
    top: int
    width: int
    height: int
    box: tuple[int, int, int, int]
    out: str

    @property
    def paths(self) -> list[str]:
        return [f"{self.folder}/{name}" for name in self.names]

    def target(self, longest: int | None = None) -> str:
        """The path of the master, or of the derivative with this longest side."""
        return f"{self.out}/{MASTER if longest is None else f'collage-{longest}.jpg'}"

    def derivative_size(self, longest: int) -> tuple[int, int]:
        scale = min(1.0, longest / max(self.box[2:]))
        return max(1, round(self.box[2] * scale)), max(1, round(self.box[3] * scale))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))


def read() -> Job:
    known = json.loads(Path(sys.argv[1]).read_text())
    return Job(**known | {"box": tuple(known["box"])})
