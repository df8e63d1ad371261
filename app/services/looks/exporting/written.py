"""The list of what was exported, which lies beside it, so that every photo keeps its name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.adapters.store.documents import an_object, is_count
from app.adapters.store.files import Files
from app.adapters.store.photos.looks import KINDS
from app.core.errors import BadParameters

LIST = ".collagen-export.json"


@dataclass(frozen=True)
class Written:
    """A file of an export. `number`, `recipe`: of the photo and the look, as in `records.Record`."""

    public_id: str
    number: int
    recipe: str
    sha256: str


def read(files: Files, directory: Path, campaign: str, look: str) -> dict[str, Written]:
    """What was written to a directory, by name. Raises BadParameters, StoreUnavailable."""
    if directory.exists() and not directory.is_dir():
        raise BadParameters(f"{directory} is a file; name a directory.")
    data = files.read(directory / LIST)
    if data is None:
        return {}
    document = an_object(data) or {}
    owner = document.get("campaign"), document.get("look")
    listed = document.get("files")
    if not isinstance(listed, dict) or not all(_is_written(name, one) for name, one in listed.items()):
        raise BadParameters(f"{directory / LIST} is damaged; export to another directory.")
    if owner != (campaign, look):
        raise BadParameters(f"{directory} has the look {owner[1]} of {owner[0]}; export to another directory.")
    return {name: Written(**{key.name: one[key.name] for key in fields(Written)}) for name, one in listed.items()}


def _is_written(name: str, one: Any) -> bool:
    texts = ("public_id", "recipe", "sha256")
    return (
        "/" not in name
        and name.endswith(tuple(f".{kind}" for kind in KINDS))
        and isinstance(one, Mapping)
        and is_count(one.get("number"))
        and all(isinstance(one.get(key), str) for key in texts)
    )
