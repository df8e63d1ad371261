"""The weights of a style: a LoRA in a safetensors file, of which only the names of weights are read here."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from app.adapters.diffusion.models import Family, header

PIECE = 1 << 20
Fit = Family | Literal["unknown"]
# How names of weights begin, in the formats of diffusers, kohya and the models' authors
BEGINNINGS: Mapping[Family, tuple[str, ...]] = {
    "FLUX": (
        "transformer.single_transformer_blocks.",
        "lora_transformer_single_transformer_blocks_",
        "lora_unet_double_blocks_",
        "lora_unet_single_blocks_",
        "diffusion_model.double_blocks.",
        "diffusion_model.single_blocks.",
    ),
    "SDXL": (
        "unet.",
        "text_encoder_2.",
        "lora_te2_",
        "lora_unet_down_blocks_",
        "lora_unet_mid_block_",
        "lora_unet_up_blocks_",
        "lora_unet_input_blocks_",
        "lora_unet_middle_block_",
        "lora_unet_output_blocks_",
    ),
}


@dataclass(frozen=True)
class Lora:
    """`file`: its name in the directory of LoRAs. `sha256`: its sum; None: any."""

    file: str
    sha256: str | None = None

    def why_not(self, directory: Path, family: Family | None) -> str | None:
        """Why it cannot be used with a model of this family; None if it can, as far as its names of weights say."""
        path = directory / self.file
        try:
            found = path.stat()
            names = header(path)
        except FileNotFoundError:
            return f"{path} is not there"
        except (OSError, ValueError):
            return f"{path} is no safetensors file"
        if self.sha256 is not None and _sum(path, found.st_mtime_ns, found.st_size) != self.sha256:
            return f"{path} is not the file that styles.toml names (its sum is wrong)"
        made_for = fit(names)
        if family is not None and made_for != "unknown" and made_for != family:
            return f"{path} was made for {made_for}, and the model is {family}"
        return None

    def sum(self, directory: Path) -> str:
        """The SHA-256 of the file. Raises OSError."""
        found = (directory / self.file).stat()
        return _sum(directory / self.file, found.st_mtime_ns, found.st_size)


def fit(names: Collection[str]) -> Fit:
    """The family of models that weights with these names are for. Pure."""
    for family, beginnings in BEGINNINGS.items():
        if any(name.startswith(beginnings) for name in names):
            return family
    return "unknown"


@lru_cache(maxsize=64)
def _sum(path: Path, changed: int, size: int) -> str:
    """`changed`, `size`: part of the cache's key."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
