"""JPEGs made from a master: transparent border trimmed, scaled to a longest side."""

from pathlib import Path

from app.adapters import imaging
from app.adapters.store.files import Files
from app.core.errors import BadParameters, NotFound

QUALITY = 85
LONGEST_SIDES = (1920, 1024)  # pixels; collage-1920.jpg, collage-1024.jpg
MASTER = "collage.png"


def name(longest: int) -> str:
    """The file name of a derivative."""
    return f"collage-{longest}.jpg"


def derive(master: Path, target: Path, longest: int) -> tuple[int, int]:
    """Makes a derivative of a master PNG with a longest side of `longest` pixels (never enlarged); returns its size.

    Raises NotFound, BadParameters, PictureError or StoreUnavailable; then no file is written.
    """
    if longest < 1:
        raise BadParameters(f"The longest side must be at least 1 pixel, not {longest}.")
    files = Files()
    picture = files.read(master)
    if picture is None:
        raise NotFound(f"There is no file {master}.")
    jpeg = imaging.derive(picture, longest, QUALITY)
    files.write_whole(target, jpeg)
    return imaging.size(jpeg, "jpeg")
