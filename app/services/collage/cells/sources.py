"""Which files a cell may be made from, best first: those of the photo, or of what a look made of it."""

from collections.abc import Callable
from typing import NamedTuple

from app.adapters import imaging
from app.adapters.store import Store

WHITE = (255, 255, 255)


class InLook(NamedTuple):
    """Shows results of a look instead of photos; what is transparent in them gets the `backdrop` (8-bit RGB)."""

    name: str
    backdrop: tuple[int, int, int] = WHITE


File = tuple[bytes, imaging.Format]
Source = Callable[[], File | None]  # raises StoreUnavailable


def sources(
    store: Store, campaign: str, public_id: str, size: tuple[int, int], look: InLook | None = None
) -> list[Source]:
    """The sources of a cell of this size (width × height).

    The smallest copy inside the intermediate that is large enough, else the intermediate if that is (never by
    enlarging one), else the archive, or the look's result.
    """
    photos, looks, reach = store.photos, store.looks, imaging.copies.reach(*size)

    def copy() -> File | None:
        if look is None:
            beginning, length = photos.intermediate_start(campaign, public_id, reach or 0)
        else:
            beginning, length = looks.intermediate_start(campaign, look.name, public_id, reach or 0)
        found = imaging.copies.find(beginning, length, *size)
        return None if found is None else (found, "jpeg")

    def intermediate() -> File | None:
        found = (
            photos.intermediate(campaign, public_id)
            if look is None
            else looks.intermediate(campaign, look.name, public_id)
        )
        return None if found is None else (found, "png")

    def whole() -> File | None:
        if look is None:
            archive = photos.archive(campaign, public_id)
            return None if archive is None else (archive, "jpeg")
        result = looks.result(campaign, look.name, public_id)
        return None if result is None else (result[0], "jpeg" if result[1] == "jpg" else "png")

    found: list[Source] = [whole]
    if size[0] <= imaging.INTERMEDIATE[0] and size[1] <= imaging.INTERMEDIATE[1]:
        found.insert(0, intermediate)
    if reach is not None:
        found.insert(0, copy)
    return found
