"""A small collage, built in this process."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from app.adapters.store import Store
from app.services.collage.build import build
from app.services.collage.plan import Parameters, plan

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def collage(store: Store) -> Path:
    draft = store.collages.begin("sayno")
    planned = plan(store, "sayno", Parameters(width=300, height=400))
    build(store, draft, planned, NOW, lambda part: None)
    os.close(draft.lock)
    return store.collages.directory("sayno", draft.id)
