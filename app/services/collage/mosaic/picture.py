"""The picture that a mosaic is to show, from a file in any format that Collagen reads."""

from contextlib import closing

from app.adapters.imaging import Decoder
from app.core import limits
from app.core.errors import BadParameters, PictureError


def target(picture: bytes) -> bytes:
    """The target of a picture: a small JPEG, upright, sRGB, without metadata.

    Decoded in the confined process, for nobody knows where the file comes from. Raises BadParameters, DecoderFailed.
    """
    if len(picture) > limits.PICTURE_BYTES:
        most = limits.PICTURE_BYTES / 1e6
        raise BadParameters(f"The picture of a mosaic may have {most:g} MB; this one has {len(picture) / 1e6:.1f}.")
    try:
        with closing(Decoder()) as decoder:
            return decoder.preview(picture, any_format=True)
    except PictureError as error:
        raise BadParameters(f"No mosaic can be made of this picture: {error}") from error
