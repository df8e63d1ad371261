"""The step `style`, with a painter in place of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adapters.diffusion import Diffusion, Lora, Wish
from app.adapters.diffusion.client import Painted
from app.core.config import Campaign, DiffusionModel
from app.services.looks.steps import Picture, Subject
from app.services.looks.steps.style import Style, seed_of
from app.services.looks.tools import Tools


class Painter(Diffusion):
    """Paints negatives."""

    def __init__(self) -> None:
        super().__init__(DiffusionModel("none"), Path("/nonexistent"))
        self.seen: list[tuple[Wish, Lora]] = []

    def painted(self, wish: Wish, lora: Lora, pixels: NDArray[np.uint8]) -> Painted:
        self.seen.append((wish, lora))
        return Painted(255 - pixels, {"diffusion": "none", "lora": "0" * 64})


def painted(given: dict[str, Any], pixels: NDArray[np.uint8]) -> tuple[Picture, Wish]:
    kind, tools, painter = Style(Path("/nonexistent")), Tools(Path("/nonexistent")), Painter()
    tools.__dict__["diffusion"] = painter
    subject = Subject(Campaign("sayno", "Say No", "sayno"), "sayno/a", 5, 0.0)
    made = kind.apply(Picture(pixels), kind.options("here", given), subject, tools)
    ((wish, lora),) = painter.seen
    assert lora == Lora("Monet.safetensors")
    return made, wish


def test_a_photo_is_painted_as_styles_toml_says_and_the_result_says_how() -> None:
    pixels = np.full((4, 3, 3), 10, np.uint8)
    made, wish = painted({"style": "Monet", "lora_scale": 0.25}, pixels)
    assert (made.pixels == 245).all()
    assert "Claude Monet" in wish.prompt
    assert (wish.lora_scale, wish.text_encoder_scale, wish.steps) == (0.25, 0.7, 24)
    assert wish.seed == seed_of("sayno/a", 5, "Monet")
    expected = {"style": "Monet", "seed": str(wish.seed), "lora_scale": "0.25", "text_encoder_scale": "0.7"}
    assert expected.items() <= made.notes.items()
    assert painted({"style": "Monet", "seed": 7}, pixels)[1].seed == 7


def test_what_was_cut_out_before_stays_transparent() -> None:
    pixels = np.full((4, 3, 4), 10, np.uint8)
    pixels[0, :, 3] = 0
    made, _ = painted({"style": "Monet"}, pixels)
    assert (made.pixels[:, :, :3] == 245).all()
    assert (made.pixels[:, :, 3] == pixels[:, :, 3]).all()


def test_the_seed_is_another_for_another_photo_version_or_style_and_always_the_same() -> None:
    seeds = {seed_of("a", 1, "Monet"), seed_of("b", 1, "Monet"), seed_of("a", 2, "Monet"), seed_of("a", 1, "LEGO")}
    assert len(seeds) == 4
    assert seed_of("sayno/a", 5, "Monet") == 3584241162
