"""A picture cut in the middle to another shape."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from app.adapters.imaging.reading import bounded_size
from app.core.errors import PictureError


def covering(jpeg: bytes, shape: tuple[int, int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The largest part in the middle with the proportions of `shape`, stretched to `size` (width × height).

    8-bit RGB, height × width × 3. Raises PictureError if the picture is broken.
    """
    width, height = bounded_size(jpeg, "jpeg")
    scale = min(width / shape[0], height / shape[1])
    left, top = (width - scale * shape[0]) / 2, (height - scale * shape[1]) / 2
    box = (left, top, width - left, height - top)
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            made = image.convert("RGB").resize(size, Image.Resampling.LANCZOS, box=box)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error
    return np.asarray(made)
