"""styles.toml: the styles, each a LoRA and how to paint with it.

[Van_Gogh]
lora = "Van_Gogh.safetensors"
prompt = "an oil painting by Vincent van Gogh"

There are 26 in `default_styles.toml`, beside this module; a file of the operator's adds others, or replaces some.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.core.config import values
from app.core.errors import SettingError

Style = Mapping[str, Any]
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
LORA = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\.safetensors")
SUM = re.compile(r"[0-9a-f]{64}")
DEFAULTS = Path(__file__).with_name("default_styles.toml")
STRONGEST = 3.0
SCALE = values.number(0, STRONGEST)  # how strongly a LoRA acts: 0 is not at all, 1 as it was trained
# text that nothing is said about, and numbers that FLUX and most LoRAs work with
OPTIONAL: Style = {
    "sha256": None,
    "negative_prompt": "",
    "lora_scale": 1.0,
    "text_encoder_scale": 1.0,
    "steps": 24,
    "guidance": 3.5,
    "strength": 0.7,
}


def load_styles(path: Path) -> dict[str, Style]:
    """The styles by name: ours, then those of `path`, if there is such a file, which win.

    Raises SettingError naming the file, the style and the key.
    """
    return {**_defaults(), **_read(path)}


@cache
def _defaults() -> dict[str, Style]:
    return _read(DEFAULTS)


def _read(path: Path) -> dict[str, Style]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}.") from error
    return {name: _style(f"{path}: [{name}]", name, table) for name, table in tables.items()}


def _style(where: str, name: str, table: object) -> Style:
    if not NAME.fullmatch(name):
        raise SettingError(f"{where} is not a style's name; use 1 to 64 of A-Z, a-z, 0-9, _ and -.")
    found = values.table(where, table, CHECKS, ".")
    for key in ("lora", "prompt"):
        if key not in found:
            raise SettingError(f"{where} needs {key}.")
    style = {**OPTIONAL, **found}
    if style["steps"] * style["strength"] < 1:
        raise SettingError(f"{where}: steps × strength is how many steps are made; it must be at least 1.")
    return style


def _lora(where: str, given: object) -> str:
    if not LORA.fullmatch(values.text(where, given)):
        raise SettingError(f"{where} must be the name of a .safetensors file, which lies in COLLAGEN_MODELS/loras.")
    return str(given)


def _sum(where: str, given: object) -> str:
    if not SUM.fullmatch(values.text(where, given).lower()):
        raise SettingError(f"{where} must be a SHA-256 sum: 64 hexadecimal digits.")
    return str(given).lower()


def _nothing_or_text(where: str, given: object) -> str:
    return "" if given == "" else values.text(where, given)


CHECKS: Mapping[str, values.Check] = {
    "lora": _lora,
    "sha256": _sum,
    "prompt": values.text,
    "negative_prompt": _nothing_or_text,
    "lora_scale": SCALE,
    "text_encoder_scale": SCALE,
    "steps": values.whole_number(1, 100),
    "guidance": values.number(0, 30),
    "strength": values.number(0.01, 1),
}
