"""The step `style`: the photo painted by a diffusion model, with the LoRA of a style in it."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.adapters.diffusion import Lora, Wish
from app.core.config import values
from app.core.errors import SettingError
from app.services.looks import styles

if TYPE_CHECKING:
    from app.services.looks.steps import Picture, Subject
    from app.services.looks.tools import Tools

MOST = 2**32 - 1  # of seeds; tables and scripts hold such numbers exactly
PAINTED = ("prompt", "negative_prompt", "lora_scale", "text_encoder_scale", "steps", "guidance", "strength")

NOTED = ("seed", "lora_scale", "text_encoder_scale", "strength", "guidance", "steps")


class Style:
    """`registry`: styles.toml; it is read when a look has this step."""

    NAME = "style"
    REVISION = 1

    def __init__(self, registry: Path) -> None:
        self._registry = registry

    @cached_property
    def styles(self) -> Mapping[str, styles.Style]:
        return styles.load_styles(self._registry)

    def options(self, where: str, given: Mapping[str, object]) -> dict[str, Any]:
        """`style`: its name; `seed`: None for one of each photo's own; `lora_scale`, `text_encoder_scale`.

        Everything that styles.toml says of the style belongs to the recipe.
        """
        checks: dict[str, values.Check] = {
            "style": self._known,
            "seed": values.whole_number(0, MOST),
            "lora_scale": styles.SCALE,
            "text_encoder_scale": styles.SCALE,
        }
        found = values.table(where, given, checks, ".")
        if "style" not in found:
            raise SettingError(f'{where} needs a style, such as "Van_Gogh"; python -m app styles lists them.')
        return {**self.styles[found["style"]], "seed": None, **found}

    def missing(self, options: Mapping[str, Any], tools: "Tools") -> str | None:
        lack = tools.diffusion.why_not(Lora(options["lora"], options["sha256"]))
        return None if lack is None else f"{lack}; docs/looks.md says what styles need."

    def apply(self, picture: "Picture", options: Mapping[str, Any], subject: "Subject", tools: "Tools") -> "Picture":
        import numpy as np

        seed = options["seed"]
        if seed is None:
            seed = seed_of(subject.public_id, subject.version, options["style"])
        lora = Lora(options["lora"], options["sha256"])
        wish = Wish(lora=lora.file, seed=seed, **{name: options[name] for name in PAINTED})
        painted = tools.diffusion.painted(wish, lora, picture.pixels[:, :, :3])
        pixels = painted.pixels
        if picture.pixels.shape[2] == 4:  # cut out before: what was transparent stays so
            pixels = np.dstack([pixels, picture.pixels[:, :, 3]])
        noted = {name: written(getattr(wish, name)) for name in NOTED}
        return picture.with_pixels(pixels, style=options["style"], **noted, **painted.used)

    def _known(self, where: str, given: object) -> str:
        name = values.text(where, given)
        if name not in self.styles:
            raise SettingError(f"{where}: there is no style {name[:64]!r}; python -m app styles lists them.")
        return name


def seed_of(public_id: str, version: int, style: str) -> int:
    """The seed of a photo in a style: always the same, and another for each."""
    digest = hashlib.sha256("\0".join([public_id, str(version), style]).encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:4], "big")


def written(value: float) -> str:
    """A seed or strength as results note it."""
    return str(value) if isinstance(value, int) else f"{value:g}"
