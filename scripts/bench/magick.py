"""ImageMagick's command line tools, by their names in version 6 (Debian's) or 7."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

from scripts.bench.job import Job


@functools.cache
def tool(name: str) -> list[str]:
    """The command for `convert` or `montage`; the name `convert` alone may belong to another program."""
    old = shutil.which(f"{name}-im6.q16")
    return [old] if old else [str(shutil.which("magick")), *([] if name == "convert" else [name])]


def convert(*arguments: str) -> None:
    subprocess.run([*tool("convert"), *arguments], check=True)


def montage(*arguments: str, cwd: Path) -> None:
    subprocess.run([*tool("montage"), *arguments], check=True, cwd=cwd)


def to_canvas(job: Job) -> list[str]:
    """Pads or crops the grid to the canvas; the crop begins at minus the grid's position."""
    place = f"{job.width}x{job.height}{-job.left:+d}{-job.top:+d}"
    return ["-background", "none", "-gravity", "NorthWest", "-extent", place, "+repage", "-strip"]
