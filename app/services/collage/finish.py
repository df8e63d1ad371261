"""What is made of a collage: its background, a print and its size, formats. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.adapters.imaging.screens import LONGEST as MOST
from app.adapters.imaging.screens import Kind
from app.adapters.store.collages.manifests import Format, Print, Summary
from app.core import limits
from app.core.errors import BadParameters

ScreenFormat = Literal["webp", "avif"]
ENDINGS: dict[Format, str] = {"png": "png", "jpeg": "jpg", "tiff": "tif", "pdf": "pdf"}  # of a master, by format
SCREEN_FORMATS: tuple[ScreenFormat, ...] = ("webp", "avif")  # that derivatives may have besides JPEG
FORMATS = (*ENDINGS, *SCREEN_FORMATS)
DPI = 100  # pixels an inch
INCH = 25.4  # millimetres
SHORTEST, LONGEST = 16, 200_000  # pixels of a print's side
HIGHEST_DPI = 2_400
SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)[x×]([0-9]{1,6}(?:\.[0-9]{1,3})?) ?mm")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Finish:
    """`background`: `#RRGGBB` for what is padding; `formats`: of derivatives, besides JPEG."""

    print: Print | None = None
    background: str | None = None
    formats: tuple[ScreenFormat, ...] = ()

    @property
    def format(self) -> Format:
        """Of the master."""
        return self.print.format if self.print else "png"

    @property
    def master(self) -> str:
        """The file name of the master."""
        return f"collage.{ENDINGS[self.format]}"

    @property
    def derivatives(self) -> tuple[Kind, ...]:
        """The formats of all derivatives."""
        return ("jpeg", *self.formats)

    @property
    def colour(self) -> tuple[int, int, int] | None:
        """The background as 8-bit RGB."""
        if self.background is None:
            return None
        red, green, blue = bytes.fromhex(self.background[1:])
        return red, green, blue


def of_collage(manifest: Summary) -> Finish:
    """The finish of a finished collage, for a revision."""
    formats = tuple(kind for kind in SCREEN_FORMATS if any(file.name.endswith(f".{kind}") for file in manifest.files))
    return Finish(manifest.print, manifest.background, formats)


def from_json(document: Mapping[str, Any]) -> Finish:
    """What `dataclasses.asdict` made of a finish."""
    size = document["print"]
    return Finish(Print(**size) if size else None, document["background"], tuple(document["formats"]))


def finish(
    size: str | None = None, dpi: int | None = None, formats: Iterable[str] = (), background: str | None = None
) -> Finish:
    """The finish that somebody asked for. `size`: of a print, such as `3000x2000mm`. Raises BadParameters."""
    if background is not None and not COLOUR.fullmatch(background):
        raise BadParameters(f"background must be a colour such as #FF9416, not {background[:40]!r}.")
    kinds = list(dict.fromkeys(formats))
    for kind in kinds:
        if kind not in FORMATS:
            raise BadParameters(f"{kind[:40]!r} is not a format; known are {', '.join(FORMATS)}.")
    files = [kind for kind in ENDINGS if kind in kinds]
    screen = tuple(kind for kind in SCREEN_FORMATS if kind in kinds)
    if size is None:
        if files:
            raise BadParameters(f"The format {files[0]} is that of a print, so name its size, such as 3000x2000mm.")
        if dpi is not None:
            raise BadParameters("dpi is the resolution of a print, so name its size, such as 3000x2000mm.")
        return Finish(None, background, screen)
    if len(files) > 1:
        raise BadParameters(f"A print has one format, not {' and '.join(files)}; make a collage for each.")
    return Finish(_print(size, DPI if dpi is None else dpi, files[0] if files else "png"), background, screen)


def _print(size: str, dpi: int, kind: Format) -> Print:
    found = SIZE.fullmatch(size.strip())
    if not found:
        raise BadParameters(
            f"The size of a print is its width and height in millimetres, such as 3000x2000mm, not {size[:40]!r}."
        )
    if not 1 <= dpi <= HIGHEST_DPI:
        raise BadParameters(f"dpi must be from 1 to {HIGHEST_DPI}, not {dpi}.")
    width, height = (int(side) if side.isdigit() else float(side) for side in found.groups())
    wanted = Print(width, height, dpi, kind)
    across, down = canvas(wanted)
    said = f"A print of {width:g}×{height:g} mm at {dpi} dpi has {across}×{down} pixels"
    if not (min(across, down) >= SHORTEST and max(across, down) <= LONGEST):
        raise BadParameters(f"{said}; each side must have from {SHORTEST} to {LONGEST:,}. Choose another size or dpi.")
    if across * down > limits.PRINT_PIXELS:
        most = limits.PRINT_PIXELS / 10**9
        raise BadParameters(f"{said}; at most {most:g} gigapixels are possible. Choose a lower dpi.")
    if kind == "jpeg" and max(across, down) > MOST["jpeg"]:
        raise BadParameters(
            f"{said}; JPEG ends at 65,535 a side, and what reads it at {MOST['jpeg']:,}. Choose png, tiff or pdf, "
            "or a lower dpi."
        )
    return wanted


def canvas(wanted: Print) -> tuple[int, int]:
    """Width and height in pixels."""
    return round(wanted.width_mm / INCH * wanted.dpi), round(wanted.height_mm / INCH * wanted.dpi)
