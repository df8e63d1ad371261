"""Kinds of steps that need no model, for tests of what orders steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adapters.imaging.looks import finished, xmp
from app.adapters.store import Store
from app.core.config import values
from app.services.looks import records
from app.services.looks.backlog import Backlog, LooksQueue, State
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
            pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
            pixels[: options["hole"], : options["hole"], 3] = 0
        return picture.with_pixels(pixels, model="none")


def look_of(place: Path, kind: Negative, more: str = "", name: str = "dark") -> Look:
    """A look with this step, from a looks.toml; `more`: lines with its options."""
    path = place / "looks.toml"
    path.write_text(f'[{name}]\ntitle = "Dark"\n[[{name}.steps]]\nstep = "{kind.NAME}"\n{more}\n')
    return load_looks(path, {kind.NAME: kind})[name]


def put_look(
    store: Store,
    public_ids: Iterable[str],
    colour: tuple[int, ...],
    look: str = "dark",
    recipe: str = "0123456789abcdef",
    campaign: str = "sayno",
    size: tuple[int, int] = (600, 800),
) -> None:
    """Stores results of one colour, with three channels or, with transparency, four, as if a look had made them."""
    put_pixels(store, public_ids, plain(size, colour), look, recipe, campaign)


def put_pixels(
    store: Store,
    public_ids: Iterable[str],
    pixels: NDArray[np.uint8],
    look: str = "dark",
    recipe: str = "0123456789abcdef",
    campaign: str = "sayno",
) -> None:
    """Stores results with these pixels, height × width × 3 or 4, as if a look had made them."""
    result, intermediate = finished.files(pixels)
    for public_id in public_ids:
        number = store.photos.version(campaign, public_id)
        assert number is not None
        record = records.Record(look, public_id, recipe, number)
        data = xmp.inserted(result[0], record.values())
        store.looks.put(campaign, look, public_id, (data, result[1]), intermediate, number)


def plain(size: tuple[int, int], colour: tuple[int, ...]) -> NDArray[np.uint8]:
    """Pixels of one colour; `size`: width × height. With four channels, the upper half is fully transparent."""
    pixels = np.full((size[1], size[0], len(colour)), colour, np.uint8)
    if len(colour) == 4:
        pixels[: size[1] // 2, :, 3] = 0
    return pixels


@dataclass
class Known(LooksQueue):
    """A queue of looks of which this is known, or whose state is `problem`."""

    backlog: Backlog | None
    problem: str = ""

    def state(self) -> State:
        return State(self.backlog, self.problem)
