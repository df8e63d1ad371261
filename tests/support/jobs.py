"""A collage's job, run to its end in a process of its own, as `app.services.collage.job` starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from app.adapters.store import Store
from app.adapters.store.collages.collages import Draft
from app.core.logging import export_context
from scripts.sandbox.stored import CAMPAIGN
from tests.support.child import ROOT

CODE = "from app.services.collage import job; job.main()"


def run_job(
    store: Store, wish: Mapping[str, Any], code: str = CODE, **options: Any
) -> tuple[Draft, subprocess.CompletedProcess[bytes]]:
    """The draft that the job was given, and how it ended. `options`: of `subprocess.run`."""
    draft = store.collages.begin(CAMPAIGN)
    order = {
        "store": str(store.root.path),
        "campaign": CAMPAIGN,
        "id": draft.id,
        "directory": str(draft.directory),
        "lock": draft.lock,
        "wish": dict(wish),
        "log": export_context(),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(order).encode(),
            pass_fds=(draft.lock,),
            cwd=ROOT,
            capture_output=True,
            timeout=300,
            **options,
        )
    finally:
        os.close(draft.lock)
    return draft, done
