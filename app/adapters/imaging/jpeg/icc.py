"""A JPEG's colour profile, joined from its segments (ICC.1:2022, B.4). Pure."""

from collections.abc import Iterable, Iterator

START = b"ICC_PROFILE\0"
PART = 65_519  # bytes of a profile in one segment: 65,533 without START, number and count
LARGEST = 4 * 1024 * 1024  # bytes; the largest printer profiles have 2 MB
SIGNATURE = slice(36, 40)  # "acsp" in every profile (7.2.11)


def segments(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """The profile in `bodies` as bodies of APP2 segments; nothing if it is missing or incomplete."""
    profile = joined(bodies)
    parts = [profile[at : at + PART] for at in range(0, len(profile), PART)]
    for number, part in enumerate(parts, 1):
        yield START + bytes((number, len(parts))) + part


def joined(bodies: Iterable[bytes]) -> bytes:
    """The profile in the bodies of APP2 segments, which may come in any order; b"" if none is complete."""
    parts: dict[int, bytes] = {}
    count = 0
    for body in bodies:
        if body.startswith(START) and len(body) > len(START) + 2:
            number, count = body[len(START)], body[len(START) + 1]
            parts.setdefault(number, body[len(START) + 2 :])
    if not parts or sorted(parts) != list(range(1, count + 1)):
        return b""
    profile = b"".join(part for _, part in sorted(parts.items()))
    length = int.from_bytes(profile[:4], "big")
    whole = 128 <= length <= len(profile) and length <= LARGEST and profile[SIGNATURE] == b"acsp"
    return profile[:length] if whole else b""
