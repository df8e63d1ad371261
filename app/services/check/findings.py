"""The findings of a check."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Finding:
    """Something that is wrong. `problem` and `advice` continue the path: "is empty", "python -m app sync …".

    `mended`: how it was repaired, "" if it was not.
    """

    path: Path
    problem: str
    advice: str = ""
    mended: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.mended or self.advice}"

    def as_json(self) -> dict[str, Any]:
        return {"path": str(self.path), "problem": self.problem, "advice": self.advice, "mended": self.mended or None}
