"""Kinds of steps that need no model, for tests of what orders steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.config import values
from app.services.looks.recipes import Look, load_looks
from app.services.looks.steps import Picture, Subject
from app.services.looks.tools import Tools


@dataclass
class Negative:
    """A step that inverts colours, `hole` pixels of the upper left corner transparent. `seen`: whose photos it got."""

    NAME: str = "negative"
    REVISION: int = 1
    lack: str | None = None
    seen: list[str] = field(default_factory=list)
    before: Callable[[Subject], None] = lambda subject: None

    def options(self, where: str, given: Mapping[str, object]) -> dict[str, Any]:
        checks: dict[str, values.Check] = {"hole": lambda _, value: value}
        return {"hole": 0} | values.table(where, given, checks, ".")

    def missing(self, options: Mapping[str, Any], tools: Tools) -> str | None:
        return self.lack

    def apply(self, picture: Picture, options: Mapping[str, Any], subject: Subject, tools: Tools) -> Picture:
        self.seen.append(subject.public_id)
        self.before(subject)
        pixels = 255 - picture.pixels
        if options["hole"]:
            import numpy as np

            pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
            pixels[: options["hole"], : options["hole"], 3] = 0
        return picture.with_pixels(pixels, model="none")


def look_of(place: Path, kind: Negative, more: str = "", name: str = "dark") -> Look:
    """A look with this step, from a looks.toml; `more`: lines with its options."""
    path = place / "looks.toml"
    path.write_text(f'[{name}]\ntitle = "Dark"\n[[{name}.steps]]\nstep = "{kind.NAME}"\n{more}\n')
    return load_looks(path, {kind.NAME: kind})[name]
