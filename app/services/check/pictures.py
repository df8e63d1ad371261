"""What is wrong with the bytes of a photo's files. Changes nothing."""

from app.adapters import imaging
from app.adapters.exiftool import Tags
from app.core.errors import PictureError

# Mean difference of a colour value (of 255) up to which two pictures are the same, made from one another
SAME = 6.0
COMPARED = (75, 100)  # pixels of a variant and of the intermediate that are compared


def archive_problem(archive: bytes, tags: Tags | None, public_id: str) -> tuple[str, bytes | None]:
    """What is wrong with an archive, if anything; and the intermediate made from it, where it can be decoded."""
    problem = _picture_problem(archive, "jpeg", imaging.ARCHIVE)
    try:
        remade = None if problem else imaging.prepare(archive, ()).intermediate
    except PictureError as error:
        return f"is broken: {error}", None
    if problem:
        return problem, None
    if tags is None or tags.public_id is None:
        return "does not say which photo it is", remade
    if tags.public_id != public_id:
        return f"says that it is the photo {tags.public_id!r}", remade
    if tags.version is None:
        return "does not say which version of the photo it is", remade
    return "", remade


def intermediate_problem(data: bytes | None, remade: bytes | None) -> str:
    """What is wrong with an intermediate. `remade`: made from its archive; None where that cannot be decoded."""
    if data is None:
        return "is missing"
    problem = _picture_problem(data, "png", imaging.INTERMEDIATE)
    if not problem and remade not in (None, data) and _difference(data, "png", remade) > SAME:
        return "shows another picture than its archive"
    if not problem and not imaging.copies.complete(data):
        return "has no smaller copies inside"
    if not problem and imaging.copies.placeholder(data) is None:
        return "has no placeholder inside"
    return problem


def variant_problem(data: bytes | None, name: str, remade: bytes) -> str:
    """What is wrong with a variant; `remade`: the intermediate made from its archive."""
    if data is None:
        return "is missing"
    if not imaging.variants.intact(data):
        return "is broken: its checksum does not match."
    variant = imaging.variants.VARIANTS[name]
    problem = _picture_problem(data, "jpeg", (variant.width, variant.height))
    try:
        if not problem and _difference(data, "jpeg", remade, COMPARED) > SAME:
            return "shows another picture than its archive"
    except PictureError as error:
        return f"is broken: {error}"
    return problem


def _picture_problem(picture: bytes, kind: imaging.Format, size: tuple[int, int]) -> str:
    """What is wrong with the bytes of a picture. A JPEG's pixels are left for `imaging.prepare` to look at."""
    if not picture:
        return "is empty"
    try:
        found = imaging.size(picture, kind)
        if kind == "png":
            imaging.cell(picture, kind, *found)
    except PictureError as error:
        return f"is broken: {error}"
    return "" if found == size else f"has {found[0]}×{found[1]} pixels, not {size[0]}×{size[1]}"


def _difference(
    one: bytes, kind: imaging.Format, intermediate: bytes, size: tuple[int, int] = imaging.INTERMEDIATE
) -> float:
    """Mean difference of some of the colour values of a picture and an intermediate, both made `size`."""
    pixels = imaging.cell(one, kind, *size)[::97]
    others = imaging.cell(intermediate, "png", *size)[::97]
    return sum(abs(a - b) for a, b in zip(pixels, others, strict=True)) / len(pixels)
