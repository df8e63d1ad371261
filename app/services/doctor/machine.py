"""The tools that Collagen works with, and their versions."""

import importlib.metadata
import platform
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from app.adapters import imaging
from app.adapters.exiftool import ExifTool
from app.services.doctor.verdict import FAIL, OK, WARN, Verdict

# Those that the pinned packages are tested with (scripts/setup)
OLDEST, TOO_NEW = (3, 11), (3, 14)
SETUP = "scripts/setup installs what requirements.txt names"


def python() -> Iterator[Verdict]:
    version = platform.python_version()
    if OLDEST <= sys.version_info < TOO_NEW:
        yield Verdict("python", OK, version)
    else:
        said = f"{version}, of which nobody has tried whether all works"
        yield Verdict("python", WARN, said, "use 3.11, 3.12 or 3.13")


def packages(requirements: Path) -> Iterator[Verdict]:
    """Whether the Python packages are those that `requirements` pins."""

    def installed(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    yield from compare(pins(requirements.read_text("utf-8")), installed)


def pins(requirements: str) -> dict[str, str]:
    """Name and version of each package in a file that pip-compile or uv wrote."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", requirements, re.MULTILINE))


def compare(wanted: Mapping[str, str], installed: Callable[[str], str | None]) -> Iterator[Verdict]:
    """`installed`: the version of a package that is there, or None."""
    found = {name: installed(name) for name in wanted}
    if missing := [name for name, version in found.items() if version is None]:
        yield Verdict("packages", FAIL, f"{', '.join(missing)} not installed", SETUP)
    others = [f"{name} {version}" for name, version in found.items() if version not in (None, wanted[name])]
    if others:
        yield Verdict("packages", WARN, f"{', '.join(others)}: not the versions that were tested", SETUP)
    if not missing and not others:
        yield Verdict("packages", OK, f"all {len(wanted)} as in requirements.txt")


def exiftool() -> Iterator[Verdict]:
    """Raises SettingError, ExifToolFailed."""
    tool = ExifTool()
    version = tool.version()
    try:
        tool.check()
    finally:
        tool.close()
    yield Verdict("exiftool", OK, version)


def faces() -> Iterator[Verdict]:
    """Whether pictures are cut around the faces in them; it works without, too."""
    reason = imaging.faces.why_not()
    if reason is None:
        yield Verdict("faces", OK, "pictures that are not 3:4 are cut around them")
    else:
        said = f"not looked for, as {reason}: pictures that are not 3:4 are cut in the middle"
        yield Verdict("faces", OK, said, "scripts/setup --faces installs what finds them")


def imagemagick() -> Iterator[Verdict]:
    """Raises PictureError where it does not give back what it wrote, DecoderFailed where its process does not."""
    if wrong := imaging.policy.violations():
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        said = f"our policy is not in force: {', '.join(wrong[:3])}{more}"
        yield Verdict("imagemagick", FAIL, said, "see that deploy/imagemagick/policy.xml is as it was delivered")
    else:
        imaging.check()
        decoder = imaging.Decoder()
        try:
            decoder.check()
        finally:
            decoder.close()
        yield Verdict("imagemagick", OK, f"{imaging.version()}, under our policy")
