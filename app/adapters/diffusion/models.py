"""The base model: a directory in the format of diffusers, or the name of one in the cache of Hugging Face.

Read without torch, so that a service that paints nothing can say what is missing.
"""

import json
import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Family = Literal["FLUX", "SDXL"]
CLASSES: Mapping[str, Family] = {  # of pipelines; those for filling, depth and the like take other input
    "FluxPipeline": "FLUX",
    "FluxImg2ImgPipeline": "FLUX",
    "StableDiffusionXLPipeline": "SDXL",
    "StableDiffusionXLImg2ImgPipeline": "SDXL",
}
INDEX = "model_index.json"
LONGEST_HEADER = 100_000_000  # bytes, as the library allows


class NoModel(Exception):
    """Why there is no model that can be used, in half a sentence."""


def directory(model: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Where a model lies: `model` is a path, or a name such as black-forest-labs/FLUX.1-dev. Raises NoModel."""
    path = Path(model)
    if path.is_dir():
        return path
    if path.is_absolute() or model.startswith("."):
        raise NoModel(f"{model} is not there")
    home = Path(environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface")
    cached = Path(environ.get("HF_HUB_CACHE") or home / "hub") / f"models--{model.replace('/', '--')}"
    try:
        return cached / "snapshots" / (cached / "refs/main").read_text("ascii").strip()
    except OSError:
        raise NoModel(f"the model {model} is neither a directory nor in {cached.parent}") from None


def family(path: Path) -> Family:
    """Raises NoModel if it is no model, or of another family."""
    try:
        index = json.loads((path / INDEX).read_bytes())
        name = str(index["_class_name"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NoModel(f"{path} has no {INDEX} of diffusers") from None
    if name not in CLASSES:
        raise NoModel(f"{path} is a {name[:64]}; styles need FLUX or SDXL")
    return CLASSES[name]


def variant(path: Path) -> str | None:
    """fp16 if there are only weights of that precision."""
    plain = any(".fp16." not in file.name for file in path.glob("*/*.safetensors"))
    return None if plain else "fp16"


def numbers(path: Path) -> dict[str, int]:
    """How many numbers each part consists of, by part. Raises NoModel if files are missing or damaged."""
    found: dict[str, int] = {}
    small = variant(path) == "fp16"
    for file in sorted(path.glob("*/*.safetensors")):
        if (".fp16." in file.name) == small:
            found[file.parent.name] = found.get(file.parent.name, 0) + _count(file)
    if not found:
        raise NoModel(f"{path} has no weights in safetensors files")
    return found


def header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file: a table of each weight, by name. Raises OSError, ValueError.

    https://huggingface.co/docs/safetensors: its length in 8 bytes, then JSON.
    """
    with path.open("rb") as file:
        size = file.read(8)
        length = struct.unpack("<Q", size)[0] if len(size) == 8 else 0
        if not 0 < length <= LONGEST_HEADER:
            raise ValueError("no header of a safetensors file")
        found = json.loads(file.read(length))
    if not isinstance(found, dict):
        raise ValueError("a header that is no table")  # noqa: TRY004 -- it is the file that is wrong
    return {name: one for name, one in found.items() if name != "__metadata__"}


def _count(file: Path) -> int:
    try:
        return sum(math.prod(one["shape"]) for one in header(file).values())
    except (OSError, ValueError, KeyError, TypeError):
        raise NoModel(f"{file} is damaged") from None
