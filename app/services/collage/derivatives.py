"""Pictures for screens made from a master: transparent border trimmed, scaled to a longest side."""

from pathlib import Path

from app.adapters import imaging
from app.adapters.imaging.screens import Kind
from app.adapters.store.files import Files
from app.core.errors import BadParameters, NotFound, PictureError

LONGEST_SIDES = (1920, 1024)  # pixels; collage-1920.jpg, collage-1024.jpg
ENDINGS: dict[str, Kind] = {".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".avif": "avif", ".png": "png"}


def name(longest: int, kind: str = "jpeg") -> str:
    """The file name of a derivative."""
    return f"collage-{longest}.{'jpg' if kind == 'jpeg' else kind}"


def kind_of(name: str) -> Kind:
    """The format of a file, by the ending of its name. Raises BadParameters for any other."""
    kind = ENDINGS.get(Path(name).suffix.lower())
    if kind is None:
        raise BadParameters(f"{name} must end in one of {', '.join(ENDINGS)}: the ending says which format it gets.")
    return kind


def derive(master: Path, target: Path, longest: int, *, force: bool = False) -> tuple[int, int]:
    """Makes a derivative of a master PNG with a longest side of `longest` pixels (never enlarged); returns its size.

    Its format is that of the target's ending. Replaces a file only with `force`. Raises NotFound, BadParameters,
    PictureError or StoreUnavailable; then no file is written.
    """
    if longest < 1:
        raise BadParameters(f"The longest side must be at least 1 pixel, not {longest}.")
    kind = kind_of(target.name)
    files = Files()
    if target.exists() and not force:
        raise BadParameters(f"There is a file {target} already; --force replaces it.")
    start = files.read_start(master, 64)
    if start is None:
        raise NotFound(f"There is no file {master}.")
    try:
        imaging.bounded_size(start, "png")  # before a file of a gigabyte is read
    except PictureError as error:
        raise PictureError(
            f"{master} cannot be used: {error} Only the PNG of a collage can; a build makes derivatives of any print, "
            "also with --format webp or avif."
        ) from error
    picture = files.read(master)
    if picture is None:
        raise NotFound(f"There is no file {master}.")
    made = imaging.derive(picture, longest, kind=kind)
    files.write_whole(target, made)
    return imaging.screens.size(made, kind)
