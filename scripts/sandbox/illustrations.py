"""Makes the documents' pictures of pages from screenshots: `python -m scripts.sandbox.illustrations [DIRECTORY]`.

DIRECTORY: where `./scripts/screenshots` has put them, demo/screenshots by default.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from scripts.sandbox.service import ROOT

SINGLE = {"dashboard": "photos-1280-light", "wall": "wall-own-1280-dark"}
PHONES = ("face-360-light", "join-360-dark", "wall-own-360-dark", "gallery-360-light")
DESK, SCREEN = (1280, 900), (360, 740)
BETWEEN, AROUND = 24, (128, 128, 128)  # a grey on which light and dark pages both stand out
QUALITY = 82


def single(shot: Path, size: tuple[int, int] = DESK) -> Image.Image:
    """The first screen of a page."""
    return Image.open(shot).convert("RGB").crop((0, 0, *size))


def phones(shots: list[Path]) -> Image.Image:
    """Pages side by side."""
    width, height = SCREEN
    made = Image.new("RGB", (len(shots) * (width + BETWEEN) + BETWEEN, height + 2 * BETWEEN), AROUND)
    for number, shot in enumerate(shots):
        made.paste(single(shot, SCREEN), (BETWEEN + number * (width + BETWEEN), BETWEEN))
    return made


def main() -> None:
    shots = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo/screenshots"
    made = {name: single(shots / f"{shot}.png") for name, shot in SINGLE.items()}
    made["phones"] = phones([shots / f"{shot}.png" for shot in PHONES])
    for name, picture in made.items():
        picture.save(ROOT / f"docs/{name}.jpg", quality=QUALITY, optimize=True)
        print(f"docs/{name}.jpg  {picture.width}×{picture.height}")


if __name__ == "__main__":
    main()
