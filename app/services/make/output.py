"""Where a collage goes: a directory, in which nothing is overwritten unasked."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.adapters.store.files import Files
from app.core.errors import BadParameters

MANIFEST = "manifest.json"


def require_free(directory: Path, names: Iterable[str], *, force: bool) -> None:
    """Raises BadParameters if the directory cannot be used, or holds one of these files already."""
    if directory.exists() and not directory.is_dir():
        raise BadParameters(f"{directory} is a file; name a directory with --out.")
    there = [name for name in names if (directory / name).exists()]
    if there and not force:
        raise BadParameters(
            f"{directory} has a collage already ({', '.join(there)}): choose another directory with --out, or --force"
            " to replace it."
        )


def write(directory: Path, source: Path, names: Iterable[str], manifest: Mapping[str, Any]) -> None:
    """Copies the files of a finished collage, the manifest last. Raises StoreUnavailable."""
    files = Files()
    (directory / MANIFEST).unlink(missing_ok=True)  # it would describe what is being replaced
    for name in names:
        files.write_whole(directory / name, (source / name).read_bytes())
    files.write_whole(directory / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
