"""The pipes between client and server.

A request is an order in JSON and a picture. An answer is one byte, DONE or REFUSED; after DONE the parts of the result,
after REFUSED a sentence. Each part has its length in 8 bytes before it. A photo's parts are the cut in JSON, the
address, the archive, the intermediate and each variant (empty if it could not be made); a preview or an address is one
part.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import IO

from app.adapters.imaging.photo import Prepared
from app.adapters.imaging.variants import VARIANTS
from app.core import limits
from app.core.cropping import Cut

DONE, REFUSED = b"+", b"-"
LARGEST_PART = 2 * limits.PICTURE_BYTES  # bytes; an archive is seldom larger than its picture


def write_request(pipe: IO[bytes], order: Mapping[str, object], picture: bytes) -> None:
    _write(pipe, json.dumps(order).encode())
    _write(pipe, picture)


def read_request(pipe: IO[bytes]) -> tuple[dict[str, object], bytes]:
    """The order and the picture. Raises EOFError if there are no more."""
    return json.loads(read_part(pipe)), read_part(pipe)


def write_answer(pipe: IO[bytes], status: bytes, parts: Iterable[bytes]) -> None:
    pipe.write(status)
    for part in parts:
        _write(pipe, part)


def read_status(pipe: IO[bytes]) -> bytes:
    """DONE or REFUSED. Raises EOFError if the other process has ended or sends something else."""
    status = _exactly(pipe, 1)
    if status not in (DONE, REFUSED):
        raise EOFError("the answer makes no sense")
    return status


def read_part(pipe: IO[bytes]) -> bytes:
    """One part. Raises EOFError."""
    length = int.from_bytes(_exactly(pipe, 8), "big")
    if length > LARGEST_PART:
        raise EOFError("the answer makes no sense")
    return _exactly(pipe, length)


def parts(prepared: Prepared) -> list[bytes]:
    """A photo as parts of an answer."""
    cut = json.dumps(asdict(prepared.cut)).encode() if prepared.cut else b""
    email = (prepared.email or "").encode("utf-8", "replace")
    return [
        cut,
        email,
        prepared.archive,
        prepared.intermediate,
        *(prepared.variants.get(name, b"") for name in VARIANTS),
    ]


def read_prepared(pipe: IO[bytes]) -> Prepared:
    """A photo from the parts of an answer. Raises EOFError."""
    cut, email, archive, intermediate = (read_part(pipe) for _ in range(4))
    variants = {name: read_part(pipe) for name in VARIANTS}
    made = {name: data for name, data in variants.items() if data}
    known = Cut(**json.loads(cut)) if cut else None
    return Prepared(archive, intermediate, made, known, email.decode("utf-8", "replace") or None)


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(len(data).to_bytes(8, "big"))
    pipe.write(data)
    pipe.flush()


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the other process has ended")
    return data
