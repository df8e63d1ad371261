"""The models that cut-outs know, and their weights: files in COLLAGEN_MODELS.

U-2-Net (Qin et al., 2020; Apache-2.0) and IS-Net (Qin et al., 2022; Apache-2.0), as rembg publishes them in ONNX; the
MD5 sums are those that rembg pins. How a picture is prepared is as in rembg, too.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PIECE = 1 << 20


@dataclass(frozen=True)
class Weights:
    """`side`: pixels of the square that goes in; `mean`, `deviation`: of its colours. `md5`: None: any."""

    name: str
    side: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    md5: str | None

    @property
    def file(self) -> str:
        return f"{self.name}.onnx"

    def why_not(self, directory: Path) -> str | None:
        """Why its file cannot be used; None if it can."""
        path = directory / self.file
        try:
            found = path.stat()
        except OSError:
            return f"{path} is not there"
        if self.md5 is not None and _md5(path, found.st_mtime_ns, found.st_size) != self.md5:
            return f"{path} is not what it should be (its sum is wrong)"
        return None


IMAGENET = (0.485, 0.456, 0.406)
KNOWN = {
    one.name: one
    for one in (
        Weights("u2net", 320, IMAGENET, (0.229, 0.224, 0.225), "60024c5c889badc19c04ad937298a77b"),
        Weights("u2netp", 320, IMAGENET, (0.229, 0.224, 0.225), "8e83ca70e441ab06c318d82300c84806"),
        Weights("isnet-general-use", 1024, IMAGENET, (1.0, 1.0, 1.0), None),
    )
}


@lru_cache(maxsize=8)
def _md5(path: Path, changed: int, size: int) -> str:
    """`changed`, `size`: part of the cache's key."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
