"""The decoding process: prepares one picture after the other, within limits that the system enforces."""

import math
import resource
from dataclasses import replace
from typing import IO

from app.adapters.imaging import faces, policy
from app.adapters.imaging.decoder import protocol
from app.adapters.imaging.photo import PREVIEW_SIDE, prepare, preview
from app.core import limits
from app.core.errors import PictureError


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers requests until there are no more."""
    policy.require()
    # a decoder that asks for more memory gets none, and says so or dies
    most = limits.DECODER_BYTES + (limits.FACES_BYTES if faces.why_not() is None else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            order, picture = protocol.read_request(requests)
        except EOFError:
            return
        _limit_processor_time()
        try:
            parts = _parts(order, picture)
        except PictureError as error:
            protocol.write_answer(answers, protocol.REFUSED, [str(error).encode()])
        except MemoryError:
            message = b"The picture takes more memory than a picture may."
            protocol.write_answer(answers, protocol.REFUSED, [message])
        else:
            protocol.write_answer(answers, protocol.DONE, parts)
            del parts
        del picture


def _limit_processor_time() -> None:
    """Lets the system end this process (SIGXCPU) if the next picture takes too much. Waiting does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + limits.DECODER_CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _parts(order: dict[str, object], picture: bytes) -> list[bytes]:
    side = order.get("side")
    side = side if isinstance(side, int) else PREVIEW_SIDE
    if order["do"] == "preview" and not order["any"]:
        return [preview(picture, side)]
    place = order.get("place")
    place = place if isinstance(place, float) else None
    if order["do"] == "prepare" and not order["any"]:
        return protocol.parts(prepare(picture, place=place))
    from app.adapters.imaging import foreign  # Pillow and its decoders, which no JPEG from Cloudinary needs

    if order["do"] == "address":
        return [(foreign.address(picture) or "").encode("utf-8", "replace")]
    if order["do"] == "original":
        return [protocol.write_original(foreign.original(picture))]
    if order["do"] == "preview":
        return [foreign.preview(picture, side)]
    prepared = foreign.prepare(picture, place)
    return protocol.parts(replace(prepared, original=foreign.original(picture)) if order.get("original") else prepared)
