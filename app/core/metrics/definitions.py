"""Every metric and its meaning; docs/monitoring.md has the table for people.

Nothing here identifies a person: labels are fixed words, routes, and campaigns from campaigns.toml.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric

Notified = Literal["stored", "removed", "unchanged", "ignored", "refused", "failed", "busy"]
Stage = Literal["lock", "state", "download", "decode", "exif", "store"]
Built = Literal["done", "failed", "killed"]
Mailed = Literal["sent", "refused", "failed", "uncertain"]
Opened = Literal["human", "proxy", "prefetch", "unknown"]

STAGE_SECONDS = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20)
BUILD_SECONDS = (5, 10, 20, 30, 60, 120, 300, 600, 1800)
PUBLISHED = "When the campaign was published last; 0: never. Only campaigns that publish by themselves."
ANSWER_SECONDS = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 2, 5, 20, 60)


class Counted:
    """What processes count: summed over all processes, except Cloudinary's limit, where the newest value counts.

    Every value known in advance starts at 0, so that the step to 1 is visible.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.notifications = self._counter(
            "collagen_notifications",
            "Notifications by outcome. stored, removed, unchanged, ignored: all is right; refused: a wrong signature,"
            " or unusable; failed: Cloudinary tries again.",
            "outcome",
            Notified,
        )
        self.stages = self._histogram(
            "collagen_photo_stage_seconds",
            "Seconds by stage of a photo: lock (waiting for it), state (asking Cloudinary), download, decode (with the"
            " wait for the decoder), exif, store.",
            "stage",
            STAGE_SECONDS,
            Stage,
        )
        self.builds = self._histogram(
            "collagen_build_seconds",
            "Seconds that the build of a collage took, by outcome.",
            "outcome",
            BUILD_SECONDS,
            Built,
        )
        self.mails = self._counter(
            "collagen_mails",
            "Attempts to send a mail, by outcome: sent, refused (for good), failed (for now), uncertain.",
            "outcome",
            Mailed,
        )
        self.opens = self._counter("collagen_opens", "Recorded opens, by what loaded the picture.", "class", Opened)
        self.requests = Counter(
            "collagen_http_requests",
            "Answered requests by route (as in the code; none: no such route) and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self.answers = self._histogram(
            "collagen_http_request_seconds", "Seconds until a request was answered, by route.", "route", ANSWER_SECONDS
        )
        self.calls = Counter(
            "collagen_cloudinary_calls",
            "Calls of Cloudinary's Admin API, including failed ones.",
            registry=self.registry,
        )
        self.calls_left = self._newest("collagen_cloudinary_calls_left", "Calls left this hour, says Cloudinary.")
        self.calls_limit = self._newest("collagen_cloudinary_calls_limit", "Calls that Cloudinary allows in an hour.")
        self.calls_reset = self._newest("collagen_cloudinary_limit_reset_timestamp_seconds", "When the limit resets.")

    def _counter(self, name: str, meaning: str, label: str, words: object) -> Counter:
        made = Counter(name, meaning, [label], registry=self.registry)
        for word in get_args(words):
            made.labels(word)
        return made

    def _histogram(
        self, name: str, meaning: str, label: str, buckets: tuple[float, ...], words: object = None
    ) -> Histogram:
        made = Histogram(name, meaning, [label], buckets=buckets, registry=self.registry)
        for word in get_args(words):
            made.labels(word)
        return made

    def _newest(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry, multiprocess_mode="mostrecent")


@dataclass(frozen=True)
class Reading:
    """What is read from the store for each scrape; the tables are by campaign.

    `free`: bytes left, None if there is no store; `synced`: seconds since 1970, 0 for never; `looks`: results of looks,
    and photos that looks could not be made of. `published`: as `synced`, of campaigns that are published; `current`: 1
    if that is of the present, else 0. `orders`: of looks, in the queue, by state; empty while it is away.
    """

    free: int | None
    photos: Mapping[str, int] = field(default_factory=dict)
    collages: Mapping[str, int] = field(default_factory=dict)
    synced: Mapping[str, float] = field(default_factory=dict)
    published: Mapping[str, float] = field(default_factory=dict)
    current: Mapping[str, float] = field(default_factory=dict)
    looks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)

    def families(self) -> Iterator[Metric]:
        """As metrics."""
        yield GaugeMetricFamily("collagen_store_up", "1 if the store is there, else 0.", int(self.is_there))
        if self.free is not None:
            yield GaugeMetricFamily("collagen_store_free_bytes", "Bytes left in the store.", self.free)
        for name, meaning, read in (
            ("collagen_photos", "Approved photos in the store.", self.photos),
            ("collagen_collages", "Finished collages in the store.", self.collages),
            ("collagen_last_sync_timestamp_seconds", "When the last sync ended; 0: never.", self.synced),
            ("collagen_published_timestamp_seconds", PUBLISHED, self.published),
            ("collagen_published_current", "1 if what is published is of the present, else 0.", self.current),
        ):
            family = GaugeMetricFamily(name, meaning, labels=["campaign"])
            for campaign, value in read.items():
                family.add_metric([campaign], value)
            yield family
        looks = GaugeMetricFamily(
            "collagen_looks", "Finished photos in the store, and those that failed.", labels=["campaign", "state"]
        )
        for campaign, (ready, failed) in self.looks.items():
            looks.add_metric([campaign, "ready"], ready)
            looks.add_metric([campaign, "failed"], failed)
        yield looks
        queue = GaugeMetricFamily(
            "collagen_looks_queue",
            "Orders of looks, in the queue or its dead-letter queue; 0 without a queue, none while it is away.",
            labels=["state"],
        )
        for state, number in self.orders.items():
            queue.add_metric([state], number)
        yield queue

    @property
    def is_there(self) -> bool:
        return self.free is not None
