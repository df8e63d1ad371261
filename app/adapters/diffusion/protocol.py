"""What the process that paints and its client say to each other.

A message is a JSON object and bytes that belong to it, with both lengths in front (4 and 8 bytes, little-endian).
Requests have a `Wish` and a picture, answers are one of

- `{"step": …}`: the model is loaded, or a step is done; another answer follows,
- `{"painted": …}` with what was used, and the picture,
- `{"fault": "setting" | "photo" | "memory", "reason": …}`.

Pictures are rows of 8-bit RGB.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

LENGTHS = struct.Struct("<IQ")


@dataclass(frozen=True)
class Wish:
    """How to paint. `lora`: the path of a file. `strength`: 0 to 1, how far from the photo. `seed`: 0 to 2³²−1."""

    prompt: str
    negative_prompt: str
    lora: str
    lora_scale: float
    text_encoder_scale: float
    steps: int
    guidance: float
    strength: float
    seed: int


def send(stream: IO[bytes], message: Mapping[str, Any], data: bytes = b"") -> None:
    text = json.dumps(message).encode("ascii")
    stream.write(LENGTHS.pack(len(text), len(data)) + text + data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None at the end. Raises EOFError in the middle of one."""
    head = stream.read(LENGTHS.size)
    if not head:
        return None
    if len(head) < LENGTHS.size:
        raise EOFError
    text, data = (stream.read(length) for length in LENGTHS.unpack(head))
    if len(data) < LENGTHS.unpack(head)[1]:
        raise EOFError
    return json.loads(text), data
