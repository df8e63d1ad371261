"""All metrics in Prometheus' text format."""

from collections.abc import Iterable, Iterator

import prometheus_client
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.core.metrics import slots
from app.core.metrics.counting import counted
from app.core.metrics.definitions import Reading

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_PLAIN_0_0_4


def exposition(reading: Reading) -> bytes:
    """The counts of all processes, and the readings from the store."""
    return prometheus_client.generate_latest(_Everything(reading))


class _Everything(Collector):
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterator[Metric]:
        yield from _all_processes()
        yield from self._reading.families()


def _all_processes() -> Iterable[Metric]:
    own, shared = counted(), slots.directory()
    # an empty file has just been created, or its process was killed right then; the library fails on it
    files = [str(path) for path in shared.glob("*.db") if path.stat().st_size] if shared else []
    merged: Iterable[Metric] = (
        MultiProcessCollector.merge(files) if files else own.registry.collect()  # type: ignore[no-untyped-call]
    )
    return merged
