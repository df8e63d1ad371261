"""The collage for screens, in several widths and formats."""

import hashlib
from dataclasses import dataclass

from app.adapters.imaging import screens
from app.services.face.newest import Collage

MADE = "1"  # increase it with any change to the pixels
WIDTHS = (320, 480, 640, 720)  # for the page: at most 150 KB of faces, whatever the screen
PREVIEW = 1200  # for previews of links
KINDS: dict[str, screens.Kind] = {"avif": "avif", "webp": "webp", "jpg": "jpeg"}


@dataclass(frozen=True)
class Picture:
    """A picture, made or not. `key`: a digest of what it is made from."""

    ending: str
    width: int
    height: int
    key: bytes

    @property
    def stem(self) -> str:
        return f"pictures/collage-{self.width}"


def widths(collage: Collage) -> tuple[int, ...]:
    """The widths on the page: no picture is enlarged."""
    return tuple(sorted({min(width, collage.picture.width) for width in WIDTHS}))


def pictures(collage: Collage) -> list[Picture]:
    """Every picture, those of a format from narrow to wide; the last JPEG is as large as there is."""
    usual = collage.picture
    more = sorted({min(PREVIEW, usual.width), usual.width})
    found = []
    for ending in KINDS:
        for width in sorted({*widths(collage), *(more if ending == "jpg" else ())}):
            height = max(1, round(usual.height * width / usual.width))
            key = hashlib.sha256(f"{MADE} {state(collage)} {ending} {width}".encode()).digest()
            found.append(Picture(ending, width, height, key))
    return found


def state(collage: Collage) -> str:
    """A digest of whom a collage shows; a store that was copied or restored has the same."""
    summary, gone = collage.summary, sorted(collage.gone)
    text = f"{summary.id} {summary.revision} {summary.created_at} {collage.picture.sha256} {gone}"
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def drawn(picture: Picture, usual: bytes) -> bytes:
    """The bytes of a picture. `usual`: the derivative for screens, without people who have withdrawn."""
    return screens.scaled(usual, "jpeg", picture.width, KINDS[picture.ending])
