"""A picture cut in the middle to another shape."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from app.adapters.imaging.cells import decoded
from app.core.errors import PictureError


def covering(jpeg: bytes, shape: tuple[int, int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The largest part in the middle with the proportions of `shape`, stretched to `size` (width × height).

    8-bit RGB, height × width × 3. Raises PictureError if the picture is broken.
    """
    try:
        height, width = simplejpeg.decode_jpeg_header(jpeg)[:2]
    except ValueError as error:
        raise PictureError(f"The picture cannot be decoded: {error}.") from error
    scale = min(width / shape[0], height / shape[1])
    left, top = (max(0.0, (side - scale * part) / 2) for side, part in zip((width, height), shape, strict=True))
    whole = Image.fromarray(decoded(jpeg, "jpeg", width))
    return np.asarray(whole.resize(size, Image.Resampling.LANCZOS, box=(left, top, width - left, height - top)))
