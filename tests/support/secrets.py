"""Checks that the tests' processes have only the secrets they need: /proc shows what each received."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

# processes that get no settings at all
BARE = re.compile(r"app\.adapters\.imaging\.decoder\b|exiftool|app\.services\.collage\.job")
SETTING = re.compile(r"^(COLLAGEN_(?!METRICS)|CLOUDINARY_|AWS_|SMTP_)", re.M)
# of the tests' own services
VALUES = ("s3cret-of-the-account", "open sesame", "a key of the tests")
OTHERS = (
    "tests.",
    "scripts.sandbox",
    "pytest",
    "chrom",
    "xdist",
    "execnet",
)  # the local Cloudinary is started with its secret


def told_too_much() -> list[str]:
    """A line for each process below this one that received a secret it does not need."""
    found = []
    for process in _below(os.getpid()):
        words = _read(process, "cmdline")
        if any(value in words for value in VALUES) and not any(other in words for other in OTHERS):
            found.append(f"a secret is in the command line {words!r}")
        if BARE.search(words) and (names := SETTING.findall(_read(process, "environ"))):
            found.append(f"settings ({', '.join(sorted(set(names)))}…) are in the environment of {words!r}")
    return found


def _below(process: int) -> Iterator[int]:
    try:
        threads = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 -- half of pathlib's time, after each test
    except OSError:
        return
    for thread in threads:
        for child in _read(process, f"task/{thread}/children").split():
            yield int(child)
            yield from _below(int(child))


def _read(process: int, name: str) -> str:
    try:
        with open(f"/proc/{process}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read().replace(b"\0", b"\n").decode("utf-8", "replace")
    except OSError:
        return ""
