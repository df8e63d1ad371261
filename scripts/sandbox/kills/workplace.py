"""Where a show of kills has its store and logs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workplace(prefix: str, *, keep: bool) -> Iterator[Path]:
    """A new directory, removed at the end or, with `keep`, named; after a failure it stays."""
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    yield directory
    if keep:
        print(directory)
    else:
        shutil.rmtree(directory)
