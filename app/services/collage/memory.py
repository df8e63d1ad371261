"""How much memory the process of a build may take, and what happens where that is not enough."""

import contextlib
import errno
import resource
import threading
from pathlib import Path

from app.core import limits

RESERVE = 20_000_000  # bytes in addition, for the end of a build that had not enough memory


def give_way() -> None:
    """If memory runs out, the system ends a build before anything else."""
    with contextlib.suppress(OSError):  # some containers forbid it
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    threading.stack_size(1024 * 1024)  # each thread's stack counts as data


def limit(mosaic: bool) -> None:
    """Lets the system refuse memory that no build needs, whatever its canvas."""
    most = limits.BUILD_BYTES + (limits.ASSIGNMENT_BYTES if mosaic else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most + RESERVE))


def use_reserve() -> None:
    """Lets this process have what it needs to say that it had not enough."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def is_lacking(error: BaseException | None) -> bool:
    """Whether it, or what it was raised from, says that the system refused memory, also that of another thread."""
    while error is not None:
        kind = isinstance(error, MemoryError) or type(error).__name__ == "ResourceLimitError"  # ImageMagick's
        if kind or (isinstance(error, OSError) and error.errno == errno.ENOMEM) or "new thread" in str(error):
            return True
        error = error.__context__
    return False
