"""`python -m scripts.sandbox.people OUTDIR --count 60`: a folder of sample portraits."""

import argparse
import sys
from pathlib import Path

from scripts.sandbox.people import as_format, portrait, portrait_image

FORMATS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "heic": "heic"}


def main() -> None:
    """Write the portraits the command line asks for, one line of progress on stderr."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox.people", description=__doc__)
    parser.add_argument("outdir", type=Path, metavar="OUTDIR", help="folder to write to; made if missing")
    parser.add_argument("--count", type=int, default=60, help="how many people (default: 60)")
    parser.add_argument("--size", default="1500x2000", help="WIDTHxHEIGHT in pixels (default: 1500x2000)")
    parser.add_argument("--format", choices=sorted(FORMATS), default="jpg", help="file format (default: jpg)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first person (default: 0)")
    asked = parser.parse_args()
    try:
        width, height = (int(side) for side in asked.size.lower().split("x"))
    except ValueError:
        parser.error(f"--size wants WIDTHxHEIGHT, such as 1500x2000, not {asked.size!r}")
    asked.outdir.mkdir(parents=True, exist_ok=True)
    # The weight of a phone's picture is promised for this size only.
    camera = FORMATS[asked.format] == "jpeg" and (width, height) == (1500, 2000)
    for done, seed in enumerate(range(asked.seed, asked.seed + asked.count), start=1):
        image = None if camera else portrait_image(seed, width, height)
        written = as_format(image, FORMATS[asked.format]) if image else portrait(seed)
        (asked.outdir / f"person-{seed:05d}.{asked.format}").write_bytes(written)
        print(f"\r{done} of {asked.count} people", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
