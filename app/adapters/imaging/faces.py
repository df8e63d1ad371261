"""Faces in a picture, where the optional package dlib is installed (requirements-faces.txt).

Its detector (histograms of oriented gradients, https://arxiv.org/abs/1502.00046) takes 0.1 s and 40 MB, and finds
upright faces seen from the front. A picture without a find is cropped in the middle, as without dlib.
"""

import functools
import importlib.util
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wand.image import Image

from app.adapters.imaging.saving import raw, resize
from app.core.cropping import Face

LONGEST = (400, 800)  # pixels; it finds some faces in one size, some in the other, none below 80 pixels
LEAST = 0.2  # score; in pictures without people, finds had scores of at most 0.1
SAME = 0.3  # intersection over union from which two boxes are one face


def find(image: Image) -> list[Face]:
    """The faces in an sRGB picture with its EXIF orientation, in fractions of the upright picture.

    Empty if there is no detector (see `why_not`) or not enough memory. Leaves the image unchanged.
    """
    if _detector() is None:
        return []
    found: list[Face] = []
    with image.clone() as copy:  # which shares its pixels until it is made smaller
        # sampled first: averaging all pixels would take ten times as long as finding the faces
        _shrink(copy, 2 * max(LONGEST), copy.sample)
        for longest in sorted(LONGEST, reverse=True):
            _shrink(copy, longest, functools.partial(resize, copy))
            copy.auto_orient()
            found += _faces(copy.width, copy.height, raw(copy))
    return _distinct(found)


def _shrink(image: Image, longest: int, to: Callable[[int, int], None]) -> None:
    scale = longest / max(image.size)
    if scale < 1:
        to(max(1, round(image.width * scale)), max(1, round(image.height * scale)))


def why_not(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """Why there is no face detection; None if there is."""
    # dlib takes pictures in numpy's arrays only
    if missing := [name for name in ("dlib", "numpy") if not _is_there(name)]:
        return f"{' and '.join(missing)} not installed"
    # it is compiled for processors with AVX and crashes on others
    if platform.machine() == "x86_64" and " avx " not in cpuinfo.read_text():
        return "dlib needs a processor with AVX"
    return None


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # its import is blocked
        return False


@functools.cache
def _detector() -> Any:
    if why_not() is not None:
        return None
    import dlib

    return dlib.get_frontal_face_detector()


def _faces(width: int, height: int, rows: bytes) -> list[Face]:
    import numpy as np

    # the luma of ITU-R BT.601
    grey = np.frombuffer(rows, np.uint8).reshape(height, width, 3) @ np.array([0.299, 0.587, 0.114])
    try:
        boxes, scores, _ = _detector().run(grey.astype(np.uint8), 0, LEAST)
    except (MemoryError, RuntimeError):
        return []
    found = (_face(box, score, width, height) for box, score in zip(boxes, scores, strict=True))
    return [face for face in found if face.left < face.right and face.top < face.bottom]


def _face(box: Any, score: float, width: int, height: int) -> Face:
    """The part of a face inside the picture; the detector's boxes may reach beyond it."""
    left, right = (min(1.0, max(0.0, side / width)) for side in (box.left(), box.right() + 1))
    top, bottom = (min(1.0, max(0.0, side / height)) for side in (box.top(), box.bottom() + 1))
    return Face(left, top, right, bottom, score)


def _distinct(faces: list[Face]) -> list[Face]:
    """The best-scored box of each face."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: one.score, reverse=True):
        if all(_common(face, other) < SAME for other in kept):
            kept.append(face)
    return kept


def _common(one: Face, other: Face) -> float:
    """Intersection over union of two boxes."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    sizes = sum((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return across * down / (sizes - across * down)
