"""Checks that ImageMagick runs under deploy/imagemagick/policy.xml in this process."""

import ctypes
from functools import cache

from wand.api import libmagick
from wand.image import Image
from wand.resource import limits

from app.core.errors import SettingError

# From MagickCore/policy.h, the same in versions 6 and 7
CODER, DELEGATE, FILTER, PATH, MODULE = 1, 2, 3, 4, 8
READ, WRITE, EXECUTE = 1, 2, 4

NEEDED = ("JPEG", "PNG", "RGB")

# Coders that could reach a file, a network, a program or an interpreter, and those with the most vulnerabilities
FORBIDDEN = (
    *("SVG", "MSVG", "RSVG", "MVG", "MSL", "PS", "PS2", "PS3", "EPS", "EPI", "PDF", "XPS", "PCL", "URL", "HTTP"),
    *("HTTPS", "FTP", "FILE", "TEXT", "TXT", "LABEL", "CAPTION", "PANGO", "INLINE", "DATA", "EPHEMERAL", "SHOW", "WIN"),
    *("X", "CLIPBOARD", "SCREENSHOT", "VID", "FD", "MPR", "MPRI", "CANVAS", "XC", "TILE", "PATTERN", "FRACTAL"),
    *("VIDEO", "MP4", "MPEG", "MOV", "GIF", "TIFF", "PCX", "PCD", "PSD", "BMP", "ICO", "DCM", "DNG", "HEIC", "WEBP"),
    *("JP2", "DJVU", "WMF", "EMF", "FITS", "SGI", "XCF", "XPM", "XBM", "PNM", "MIFF", "MPC", "VIFF", "EXR", "TTF"),
    *("HTML", "SHTML", "NULL", "GRADIENT", "PLASMA", "MAP", "HISTOGRAM", "MASK", "PREVIEW", "PRINT", "SCAN", "WPG"),
)

# The most that the policy allows of each resource; the environment and the system's policy may allow less
BOUNDS = {
    "memory": 512 << 20,
    "map": 1 << 30,
    "disk": 4 << 30,
    "area": 128_000_000,
    "width": 64_000,  # two cells of a print side by side
    "height": 32_000,
    "thread": 1,
}


@cache
def require() -> None:
    """Raises SettingError unless the policy is in force. Called before every read, checked once per process."""
    wrong = violations()
    if wrong:
        raise SettingError(
            f"ImageMagick's policy is not in force ({wrong[0]}): start Collagen with deploy/gunicorn.conf.py, or set"
            " MAGICK_CONFIGURE_PATH to its deploy/imagemagick."
        )


def violations() -> list[str]:
    """Where the policy in force differs from ours, e.g. `SVG may be read`."""
    with Image():  # the library reads its policy when it is first used
        pass
    wrong = [f"{name} may not be read" for name in NEEDED if not _may(CODER, READ, name)]
    wrong += [f"{name} may not be written" for name in NEEDED if not _may(CODER, WRITE, name)]
    for name in FORBIDDEN:
        wrong += [f"{name} may be read"] if _may(CODER, READ, name) else []
        wrong += [f"{name} may be written"] if _may(CODER, WRITE, name) else []
        wrong += [f"{name} may be loaded"] if _may(MODULE, READ, name) else []
    wrong += ["names may mean files"] if _may(PATH, READ, "@/etc/hostname") else []
    wrong += ["programs may be called"] if _may(DELEGATE, EXECUTE, "ps:alpha") else []
    wrong += ["filters may be run"] if _may(FILTER, EXECUTE, "analyze") else []
    return wrong + [f"the limit of {kind} is above {most}" for kind, most in BOUNDS.items() if limits[kind] > most]


def _may(domain: int, rights: int, name: str) -> bool:
    ask = libmagick.IsRightsAuthorized
    ask.argtypes, ask.restype = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p], ctypes.c_int
    return bool(ask(domain, rights, name.encode()))
