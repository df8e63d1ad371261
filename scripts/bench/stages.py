"""Shows where Collagen's build spends its time: each step, measured in a process that renders alone.

A build itself divides the bands between a process for each core.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.adapters.store import Store
from app.core import limits
from app.services.collage.job import ENVIRONMENT

TOP = Path(__file__).parents[2]
# module, attribute: counted where they exist. An inner step's time is part of its outer one's.
STEPS = (
    ("app.services.collage.plan", "plan"),
    ("app.services.collage.montage", "render"),
    ("app.adapters.store.photos.photos", "Photos.intermediate_start"),
    ("app.adapters.store.photos.photos", "Photos.intermediate"),
    ("app.adapters.store.photos.photos", "Photos.archive"),
    ("app.services.collage.cells", "decoded"),
    ("app.services.collage.cells", "resized"),
    ("app.adapters.imaging.cells", "_png"),
    ("app.adapters.imaging.cells", "_jpeg"),
    ("app.services.collage.montage", "strip_of"),
    ("app.adapters.imaging.rendering.strips", "mount"),
    ("app.adapters.imaging.rendering.strips", "fit"),
    ("app.adapters.imaging.rendering.png", "compress"),
    ("app.adapters.imaging.rendering.png", "_average"),
    ("app.adapters.imaging.rendering.reductions", "narrow"),
    ("app.adapters.imaging.rendering.reductions", "Reductions.add"),
    ("app.adapters.imaging.rendering.reductions", "jpeg"),
    ("app.adapters.store.root", "Root.require"),
    ("app.adapters.store.files", "Files.write_whole"),
    ("app.adapters.store.collages.collages", "Collages.note"),
    ("app.adapters.store.collages.collages", "Collages.publish"),
)


def show(store: Store, campaign: str) -> None:
    """Builds one collage in a separate process and prints the table."""
    shutil.rmtree(store.root.path / campaign / "collages", ignore_errors=True)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.stages", str(store.root.path), campaign],
        cwd=TOP,
        env=os.environ | limits.IMAGEMAGICK | ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    whole = time.monotonic() - began
    print(f"\n{campaign}: {whole:.2f} s in all, with the start of the process and these measurements")
    print(f"{'step':<24}{'calls':>8}{'seconds, all threads':>22}{'from':>8}{'to':>8}")
    for name, (calls, seconds, first, last) in json.loads(done.stdout).items():
        print(f"{name:<24}{calls:>8}{seconds:>22.3f}{first:>8.2f}{last:>8.2f}")


def counted(function: Callable[..., Any], name: str, counts: dict[str, list[float]], lock: Any) -> Callable[..., Any]:
    """`function`, which also records its calls, seconds, first start and last end in `counts`."""

    @functools.wraps(function)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        began = time.monotonic()
        try:
            return function(*arguments, **named)
        finally:
            ended = time.monotonic()
            with lock:
                one = counts[name]
                one[:] = [one[0] + 1, one[1] + ended - began, min(one[2], began), max(one[3], ended)]

    return wrapper


def main() -> None:
    began = time.monotonic()
    counts: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, float("inf"), 0.0])
    lock = threading.Lock()
    for module, path in STEPS:
        holder: Any = importlib.import_module(module)
        *outer, last = path.split(".")
        for part in outer:
            holder = getattr(holder, part, None)
        if hasattr(holder, last):
            setattr(holder, last, counted(getattr(holder, last), path, counts, lock))
    from app.services.collage import build, plan  # also imported by the building process

    counts["(imports)"] = [1, time.monotonic() - began, began, time.monotonic()]
    store, campaign = Store(Path(sys.argv[1])), sys.argv[2]
    draft = store.collages.begin(campaign)
    planned = plan.plan(store, campaign, plan.Parameters())
    build.build(store, draft, planned, datetime.now(UTC), lambda part: None)
    print(json.dumps({name: [*one[:2], one[2] - began, one[3] - began] for name, one in counts.items()}))


if __name__ == "__main__":
    main()
