"""Faces in a picture, where the optional package dlib is installed (requirements-faces.txt).

Its detector (histograms of oriented gradients, https://arxiv.org/abs/1502.00046) takes 0.1 s and 40 MB, and sees
upright faces from the front. What it misses is cut in the middle, as without it.
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

LONGEST = (400, 800)  # pixels; some faces it sees better in one size, some in the other, none below 80 pixels
LEAST = 0.2  # score; in pictures without people it was seen to find faces of 0.1 at most
SAME = 0.3  # part of two boxes that is common to both, from which on they are one face


def find(image: Image) -> list[Face]:
    """The faces in an sRGB picture that says how it is turned, in fractions of the upright picture.

    None where they are not looked for (`why_not`), or there is not enough memory. The image stays.
    """
    if _detector() is None:
        return []
    found: list[Face] = []
    with image.clone() as copy:  # which shares its pixels until it is made smaller
        # every so many pixels first: averaging all of them would take ten times as long as finding the faces
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
    """Why faces are not looked for; None where they are."""
    # dlib takes pictures in numpy's arrays only
    if missing := [name for name in ("dlib", "numpy") if not _is_there(name)]:
        return f"{' and '.join(missing)} not installed"
    # it is compiled for processors with AVX, and would end the process on another
    if platform.machine() == "x86_64" and " avx " not in cpuinfo.read_text():
        return "dlib needs a processor with AVX"
    return None


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # somebody has forbidden it
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
    """What of a face is inside of the picture; the detector's boxes may reach beyond it."""
    left, right = (min(1.0, max(0.0, side / width)) for side in (box.left(), box.right() + 1))
    top, bottom = (min(1.0, max(0.0, side / height)) for side in (box.top(), box.bottom() + 1))
    return Face(left, top, right, bottom, score)


def _distinct(faces: list[Face]) -> list[Face]:
    """Of boxes around one face the surest."""
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
