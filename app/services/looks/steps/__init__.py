"""The kinds of steps, by the name that looks.toml has for them.

A step gets pixels and returns pixels; it knows nothing of the store, and decides nothing about when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from app.adapters.store.photos.entries import Entry
from app.core.config import Campaign
from app.services.looks.steps import cutout, watermark
from app.services.looks.steps.style import Style
from app.services.looks.tools import Tools

if TYPE_CHECKING:  # the processes that only read recipes have no use for NumPy
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Picture:
    """A photo on its way through the steps. `pixels`: height × width × 3 (8-bit RGB) or 4 (RGBA).

    `notes`: what the result is to say of how it was made, such as the model; short ASCII text by name.
    """

    pixels: NDArray[np.uint8]
    notes: Mapping[str, str] = field(default_factory=dict)

    def with_pixels(self, pixels: NDArray[np.uint8], **notes: str) -> Self:
        return replace(self, pixels=pixels, notes={**self.notes, **notes})


@dataclass(frozen=True)
class Subject:
    """Whose photo it is, as far as steps may know: nothing here is an address.

    `version`: of the photo. `entry`: its line in the catalogue, if the campaign keeps one. `approved_at`: seconds since
    1970.
    """

    campaign: Campaign
    public_id: str
    version: int
    approved_at: float
    entry: Entry | None = None


class Step(Protocol):
    """A kind of step: a module in this package, or anything else with these names.

    REVISION counts up when the same options give another picture, so that results are made again.
    """

    NAME: str
    REVISION: int

    def options(self, where: str, given: Mapping[str, object]) -> dict[str, Any]:
        """All options, with defaults where looks.toml says nothing, as JSON can hold them.

        `where`: how a message begins: file, look and step. Raises SettingError, which names the option.
        """

    def missing(self, options: Mapping[str, Any], tools: Tools) -> str | None:
        """What this machine lacks for the step, and how to get it, in one sentence; None if nothing."""

    def apply(self, picture: Picture, options: Mapping[str, Any], subject: Subject, tools: Tools) -> Picture:
        """Raises LookFailed where it cannot be done with this photo, ModelFailed where it cannot be done now."""


def steps(styles: Path) -> Mapping[str, Step]:
    """All kinds of steps, by name. `styles`: where styles.toml is, if there is one."""
    kinds: tuple[Step, ...] = (cutout, watermark, Style(styles))
    return {kind.NAME: kind for kind in kinds}
