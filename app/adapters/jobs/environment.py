"""An environment for child processes that need no settings: it holds no secret."""

import os
from collections.abc import Mapping
from types import MappingProxyType

# what programs, Python and the decoding libraries read; everything else is a setting of ours or none of their business
PASSED = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME")
PASSED_PREFIXES = ("LC_", "LD_", "PYTHON", "MAGICK_", "WAND_", "PROMETHEUS_", "MALLOC_", "GLIBC_")
NOTHING: Mapping[str, str] = MappingProxyType({})


def bare(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """This process's environment without its settings. `more` is added, and wins."""
    passed = {name: value for name, value in os.environ.items() if name in PASSED or name.startswith(PASSED_PREFIXES)}
    return passed | dict(more)
