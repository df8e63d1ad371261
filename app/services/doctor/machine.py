"""Checks the tools that Collagen needs, and their versions."""

import importlib.metadata
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from app.adapters import imaging
from app.adapters import places as look_up
from app.adapters.exiftool import ExifTool
from app.core.config import Campaign
from app.services.doctor.result import FAIL, OK, WARN, Result

# Supported Python versions: the pinned packages are tested with them (scripts/setup)
OLDEST, TOO_NEW = (3, 11), (3, 14)
SETUP = "scripts/setup installs what requirements.txt names"


def python() -> Iterator[Result]:
    version = platform.python_version()
    if OLDEST <= sys.version_info < TOO_NEW:
        yield Result("python", OK, version)
    else:
        message = f"{version} is untested"
        yield Result("python", WARN, message, "use 3.11, 3.12 or 3.13")


def packages(requirements: Path) -> Iterator[Result]:
    """Whether the installed Python packages match `requirements`."""

    def installed(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    yield from compare(pins(requirements.read_text("utf-8")), installed)


def pins(requirements: str) -> dict[str, str]:
    """Name and version of each package in a file that pip-compile or uv wrote."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", requirements, re.MULTILINE))


def compare(wanted: Mapping[str, str], installed: Callable[[str], str | None]) -> Iterator[Result]:
    """`installed`: returns the version of an installed package, or None."""
    found = {name: installed(name) for name in wanted}
    if missing := [name for name, version in found.items() if version is None]:
        yield Result("packages", FAIL, f"{', '.join(missing)} not installed", SETUP)
    others = [f"{name} {version}" for name, version in found.items() if version not in (None, wanted[name])]
    if others:
        yield Result("packages", WARN, f"{', '.join(others)}: not the versions that were tested", SETUP)
    if not missing and not others:
        yield Result("packages", OK, f"all {len(wanted)} as in requirements.txt")


def exiftool() -> Iterator[Result]:
    """Raises SettingError, ExifToolFailed."""
    tool = ExifTool()
    version = tool.version()
    try:
        tool.check()
    finally:
        tool.close()
    yield Result("exiftool", OK, version)


def faces() -> Iterator[Result]:
    """Whether pictures are cropped around faces; everything works without."""
    reason = imaging.faces.why_not()
    if reason is None:
        yield Result("faces", OK, "pictures that are not 3:4 are cropped around them")
    else:
        message = f"not detected ({reason}): pictures that are not 3:4 are cropped at the centre"
        yield Result("faces", OK, message, "scripts/setup --faces installs face detection")


def places(campaigns: Iterable[Campaign]) -> Iterator[Result]:
    """Whether the places of photos can be looked up, if any campaign keeps a catalogue."""
    wanted = [campaign.name for campaign in campaigns if campaign.catalogue]
    if not wanted:
        yield Result("catalogue", OK, "off: no campaign keeps one")
    elif reason := look_up.why_not():
        message = f"{', '.join(wanted)}: places cannot be looked up ({reason})"
        yield Result("catalogue", WARN, message, "scripts/setup --catalogue installs what is missing")
    else:
        yield Result("catalogue", OK, ", ".join(wanted))


def imagemagick() -> Iterator[Result]:
    """Raises PictureError if it cannot read back what it wrote, DecoderFailed if the decoder process cannot."""
    if wrong := imaging.policy.violations():
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        message = f"ImageMagick is not running under our policy: {', '.join(wrong[:3])}{more}"
        yield Result("imagemagick", FAIL, message, "restore deploy/imagemagick/policy.xml from the release")
    else:
        imaging.check()
        decoder = imaging.Decoder()
        try:
            decoder.check()
        finally:
            decoder.close()
        yield Result("imagemagick", OK, f"{imaging.version()}, under our policy")
