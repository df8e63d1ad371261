"""What an exported picture is called: where its photo was taken, and a number. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Iterator

from app.adapters.store.photos.entries import Entry

LONGEST = 80  # characters of a place
# Letters that Unicode does not take apart into a letter of ASCII and a mark
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)
# As cameras name files: four characters and a number of four digits (JEITA CP-3461, Design rule for Camera File system)
CAMERA = re.compile(r"(?<![A-Za-z0-9])(?=[0-9_]{0,3}[A-Z])[A-Z0-9_]{4}(\d{4})(?![A-Za-z0-9])")


def slug(text: str) -> str:
    """Lower-case ASCII, with one underscore for anything but letters and digits: `Montréal, QC` → `montreal_qc`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def place(entry: Entry | None, campaign: str) -> str:
    """The place of a photo, such as `montreal_quebec`; the campaign's name where none is known."""
    parts = (entry.city, entry.region or entry.country) if entry else ()
    found = "_".join(dict.fromkeys(filter(None, (slug(part or "") for part in parts))))
    return found[:LONGEST].strip("_") or slug(campaign) or "photo"


def camera_number(public_id: str) -> str | None:
    """The number that a camera gave the picture, if its public ID still has it: `IMG_1234` → `1234`."""
    found = CAMERA.findall(public_id)
    return found[-1] if found else None


def candidates(place: str, public_id: str, begin: int = 1) -> Iterator[str]:
    """The names that a picture may have, without an ending, the best first.

    With the camera's number: `place_1234`, `place_1234_1`, `place_1234_2`; else numbered from `begin`: `place_0001`.
    """
    number = camera_number(public_id)
    if number is None:
        yield from (f"{place}_{one:04d}" for one in itertools.count(begin))
    else:
        yield f"{place}_{number}"
        yield from (f"{place}_{number}_{one}" for one in itertools.count(1))
