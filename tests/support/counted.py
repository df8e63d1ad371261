"""Metrics as values."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client.parser import text_string_to_metric_families as families

from app.core import metrics


def samples(text: str) -> dict[tuple[str, str], float]:
    """Every value except buckets, by its name and first label ("" for none), summed over the other labels."""
    found: dict[tuple[str, str], float] = {}
    for family in families(text):
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                key = sample.name, next(iter(sample.labels.values()), "")
                found[key] = found.get(key, 0) + sample.value
    return found


def own(name: str, labels: Sequence[str]) -> list[float]:
    """This process's own counts, for each label."""
    found = samples(metrics.exposition(metrics.Reading(None)).decode())
    return [found.get((name, label), 0) for label in labels]
