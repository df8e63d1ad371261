"""Copies of stores."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.adapters.store import Store


def linked(store: Path, place: Path) -> Store:
    """A store with the same files, for tests that replace and remove files as Collagen does, and write into none."""
    shutil.copytree(store, place, copy_function=os.link)
    return Store(place)
