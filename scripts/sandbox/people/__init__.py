"""Sample people: seeded, photo-like portraits for tests, benchmarks and the demonstration.

Nobody in them exists. A seed decides everything about a person (face, hair, clothes, light, place), so the
same seed is the same picture, byte for byte, with the same versions of NumPy and Pillow.
"""

from PIL import Image

from scripts.sandbox.people.files import as_format, as_jpeg_of_a_camera
from scripts.sandbox.people.names import address
from scripts.sandbox.people.picture import draw

__all__ = ["address", "as_format", "portrait", "portrait_image"]


def portrait(seed: int) -> bytes:
    """A JPEG of 1500 × 2000 pixels (width × height), sRGB, without EXIF, of 150 to 300 kB."""
    return as_jpeg_of_a_camera(portrait_image(seed))


def portrait_image(seed: int, width: int = 1500, height: int = 2000) -> Image.Image:
    """The same person as `portrait(seed)`, drawn (not scaled) at `width` × `height` pixels; mode RGB."""
    return draw(seed, width, height)
