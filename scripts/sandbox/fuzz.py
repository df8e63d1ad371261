"""`python -m scripts.sandbox.fuzz`: decodes mutated JPEG and PNG files, from a seed. Each is a picture or refused.

Decodes in its own process, so that a crash ends it: the last number printed is the picture's (`--only N` takes it
alone). Ends with the figures as JSON; status 1 if anything but a PictureError was raised.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageCms

from app.adapters import imaging
from app.core import limits
from app.core.errors import PictureError
from scripts.sandbox.pictures import jpeg, oriented, png, scene

INTERESTING = (0, 1, 2, 8, 0x7F, 0x80, 0xC0, 0xC2, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1, 0xE2, 0xFE, 0xFF)


@functools.cache
def originals() -> list[tuple[imaging.Format, bytes]]:
    picture, icc = scene(90, 120), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpegs = [
        jpeg(picture),
        jpeg(picture, progressive=True),
        jpeg(picture, subsampling=0, progressive=True, quality=60),
        jpeg(picture, restart_marker_blocks=2),
        jpeg(picture, icc_profile=icc),
        jpeg(picture, keep_rgb=True),
        jpeg(picture.convert("L")),
        jpeg(picture.convert("CMYK")),
        oriented(picture, 6),
        jpeg(scene(1500, 2000), quality=20),
        jpeg(scene(1500, 2000), quality=20, progressive=True),
    ]
    pngs = [
        png(picture),
        png(picture.convert("P")),
        png(picture.convert("LA")),
        png(picture.convert("RGBA"), icc_profile=icc),
        png(Image.new("I;16", (60, 80), 40_000)),
        png(picture.convert("1")),
    ]
    kinds: list[tuple[imaging.Format, list[bytes]]] = [("jpeg", jpegs), ("png", pngs)]
    return [(kind, data) for kind, pictures in kinds for data in pictures]


def mutated(chance: random.Random) -> tuple[imaging.Format, bytes]:
    """One of the originals, changed in one to eight places, more often near its beginning, where its structure is."""
    kind, original = chance.choice(originals())
    data = bytearray(original)

    def place() -> int:
        return chance.randrange(min(len(data), chance.choice((40, 700, len(data)))))

    def change() -> None:
        data[place()] = chance.choice((chance.randrange(256), chance.choice(INTERESTING)))

    def flip() -> None:
        data[place()] ^= 1 << chance.randrange(8)

    def number() -> None:
        at = place()
        data[at : at + 2] = chance.choice((0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, chance.randrange(65536))).to_bytes(2, "big")

    def cut() -> None:
        at = place()
        del data[at : at + chance.choice((1, 2, 30, 2000))]

    def double() -> None:
        at = place()
        data[at:at] = data[at : at + chance.choice((2, 20, 600))] * chance.choice((1, 3, 200))

    def splice() -> None:
        other = chance.choice(originals())[1]
        data[place() :] = other[chance.randrange(len(other)) :]

    def insert() -> None:
        at = place()
        data[at:at] = chance.choice((bytes(chance.choice((1, 50))), b"\xff" * 30, chance.randbytes(40)))

    kinds: list[Callable[[], None]] = [change, change, flip, number, number, cut, double, splice, insert]
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        if len(data) > 4:
            chance.choice(kinds)()
    return kind, bytes(data)


def decode(kind: imaging.Format, data: bytes) -> str:
    """The result of decoding; raises everything but PictureError."""
    try:
        if kind == "jpeg":
            imaging.prepare(data)
        else:
            imaging.cell(data, kind, 30, 40)
            imaging.derive(data, 50, 85)
    except PictureError as error:
        if "\n" in str(error) or not str(error).endswith(".") or len(str(error)) > 300:
            raise AssertionError(f"not one sentence: {error!r}") from error
        return "refused"
    return "taken"


def memory(name: str) -> int:
    """A figure of this process in bytes: VmData, VmRSS or VmHWM (proc_pid_status(5))."""
    return int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0]) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    originals()  # drawing them takes memory that does not count as decoding
    most = memory("VmData") + limits.DECODER_BYTES + limits.FACES_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak, VmHWM
    ends = {"taken": 0, "refused": 0}
    unexpected, slowest = [], (0.0, -1)
    for number in range(options.pictures) if options.only is None else [options.only]:
        kind, data = mutated(random.Random(f"{options.seed}.{number}"))
        # the last number printed names the file on which it crashes
        print(number, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        started = time.monotonic()
        try:
            ends[decode(kind, data)] += 1
        except Exception as error:  # unexpected errors are what this looks for
            unexpected.append(f"{number}: {type(error).__name__}: {error}"[:300])
        slowest = max(slowest, (time.monotonic() - started, number))
    figures = {
        "seed": options.seed,
        **ends,
        "unexpected": unexpected,
        "slowest_seconds": round(slowest[0], 2),
        "slowest_number": slowest[1],
        "megabytes": (memory("VmHWM") - before) // 2**20,  # that decoding took
    }
    print(json.dumps(figures))
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()
