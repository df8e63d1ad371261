"""What a process that is started for one piece of work is given of this one's environment: no setting, so no secret."""

import os
from collections.abc import Mapping
from types import MappingProxyType

# what programs, Python and the libraries that decode look at; all else is a setting of ours, or none of their business
GIVEN = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME")
NOTHING: Mapping[str, str] = MappingProxyType({})
GIVEN_BY_PREFIX = ("LC_", "LD_", "PYTHON", "MAGICK_", "WAND_", "PROMETHEUS_", "MALLOC_", "GLIBC_")


def environment(more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """The environment of such a process. `more`: what it has beside ours, or instead of it."""
    ours = {name: value for name, value in os.environ.items() if name in GIVEN or name.startswith(GIVEN_BY_PREFIX)}
    return ours | dict(more)
