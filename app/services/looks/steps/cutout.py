"""The step `cutout`: the subject without its background, on a colour, on nothing, or on the background out of focus.

Models are tried in turn: the first whose mask can be that of a subject wins.
"""

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.core.config import values
from app.core.errors import LookFailed, SettingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.services.looks.steps import Picture, Subject
    from app.services.looks.tools import Tools

LOG = logging.getLogger(__name__)

NAME = "cutout"
REVISION = 2
MODELS = ["u2net", "isnet-general-use"]
BACKGROUNDS = ("auto", "transparent", "blur")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
MAX_IMAGE_DIMENSION = 4096  # pixels a side that go in
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
CONSTANTS = {  # silhouettes and cutting have them; a test compares
    "MIN_AREA_RATIO": 0.05,
    "MAX_AREA_RATIO": 0.95,
    "MAX_ASPECT_DIFF": 1.0,
    "MAX_IMAGE_DIMENSION": MAX_IMAGE_DIMENSION,
    "brightness (of 255) below which a background is black": 59,
}


def options(where: str, given: Mapping[str, object]) -> dict[str, Any]:
    """`models`: the chain; `background`: auto, transparent, blur or `#rrggbb`."""
    found = values.table(where, given, {"models": _models, "background": _background}, ".")
    return {"models": MODELS, "background": "auto"} | found


def missing(options: Mapping[str, Any], tools: "Tools") -> str | None:
    from app.adapters.models import KNOWN

    reasons = [tools.models.why_not(KNOWN[name]) for name in options["models"]]
    if None in reasons:
        return None
    return f"{reasons[0]}; scripts/setup --looks and scripts/models install what is needed."


def apply(picture: "Picture", options: Mapping[str, Any], subject: "Subject", tools: "Tools") -> "Picture":
    from app.services.looks.steps import cutting

    pixels = picture.pixels[:, :, :3]
    if max(pixels.shape) > MAX_IMAGE_DIMENSION:
        raise LookFailed(f"The picture has a side of {max(pixels.shape)} pixels; {MAX_IMAGE_DIMENSION} are the most.")
    name, mask = _masked(pixels, options["models"], subject, tools)
    LOG.info("The model %s cuts out %s.", name, subject.public_id)
    opaque = cutting.alpha(pixels, mask)
    own = cutting.foreground(pixels, opaque)
    background = options["background"]
    if background == "transparent":
        return picture.with_pixels(cutting.transparent(own, opaque), model=name)
    if background == "blur":
        return picture.with_pixels(cutting.laid(own, opaque, cutting.blurred(pixels, opaque)), model=name)
    colour = tuple(bytes.fromhex(background[1:])) if background.startswith("#") else None
    if colour is None:
        colour = BLACK if cutting.brightness(pixels, opaque) < cutting.DARK_SUBJECT else WHITE
    return picture.with_pixels(cutting.laid(own, opaque, (colour[0], colour[1], colour[2])), model=name)


def _masked(
    pixels: "NDArray[np.uint8]", models: list[str], subject: "Subject", tools: "Tools"
) -> "tuple[str, NDArray[np.float32]]":
    """The model whose mask can be right, and the mask. Raises LookFailed if there is none, ModelFailed."""
    from app.adapters.imaging.looks.finished import squared
    from app.adapters.models import KNOWN
    from app.services.looks.steps import silhouettes

    said = []
    for name in models:
        weights = KNOWN[name]
        if reason := tools.models.why_not(weights):
            said.append(f"{name}: {reason}")
            continue
        mask = tools.models.mask(weights, squared(pixels, weights.side))
        fault = silhouettes.fault(mask, (pixels.shape[0], pixels.shape[1]))
        if fault is None:
            return name, mask
        said.append(f"{name}: {fault}")
        LOG.info("The model %s fails on %s: %s.", name, subject.public_id, fault)
    raise LookFailed(f"No model finds the subject ({'; '.join(said)}).")


def _models(where: str, given: object) -> list[str]:
    from app.adapters.models import KNOWN

    if not isinstance(given, list) or not given:
        raise SettingError(f'{where} must be a list of models: ["u2net"].')
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        raise SettingError(f"{where} has an unknown model {str(unknown[0])[:64]!r}; known are {', '.join(KNOWN)}.")
    return list(given)


def _background(where: str, given: object) -> str:
    text = values.text(where, given)
    if text not in BACKGROUNDS and not COLOUR.fullmatch(text):
        raise SettingError(f"{where} must be {', '.join(BACKGROUNDS)} or a colour such as #ff9416, not {text[:40]!r}.")
    return text.lower()
