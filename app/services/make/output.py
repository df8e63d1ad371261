"""Where a collage goes: a directory, in which nothing is overwritten unasked."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.adapters.store.files import Files
from app.core.errors import BadParameters

MANIFEST = "manifest.json"
OURS = ("collage.*", "collage-*.*", MANIFEST)
CHUNK = 1 << 20  # bytes; a print may have a gigabyte


def require_free(directory: Path, *, force: bool) -> None:
    """Raises BadParameters if the directory cannot be used, or holds a collage already."""
    if directory.exists() and not directory.is_dir():
        raise BadParameters(f"{directory} is a file; name a directory with --out.")
    there = [path.name for path in _ours(directory)]
    if there and not force:
        raise BadParameters(
            f"{directory} has a collage already ({', '.join(there)}): choose another directory with --out, or --force"
            " to replace it."
        )


def write(directory: Path, source: Path, names: Iterable[str], manifest: Mapping[str, Any]) -> None:
    """Replaces what is there by the files of a finished collage, the manifest last. Raises StoreUnavailable."""
    files, wanted = Files(), list(names)
    (directory / MANIFEST).unlink(missing_ok=True)  # it would describe what is being replaced
    for name in wanted:
        files.write_whole(directory / name, _parts(source / name))
    for path in _ours(directory):
        if path.name not in wanted:
            path.unlink()
    files.write_whole(directory / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def _ours(directory: Path) -> list[Path]:
    return sorted(path for pattern in OURS for path in directory.glob(pattern) if path.is_file())


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part
