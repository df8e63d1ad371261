"""A bucket of the local object storage, as a test sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.adapters.store import Store
from app.core.config import load_settings
from app.services.media.media import Media
from scripts.sandbox.awsserver.client import AwsServer


@dataclass(frozen=True)
class Bucket:
    """`url`: for COLLAGEN_MEDIA, with the prefix `faces`."""

    client: Any
    name: str
    url: str

    @classmethod
    def at(cls, aws: AwsServer) -> Self:
        """A new one. The environment must have `aws.environment`."""
        name = aws.bucket()
        return cls(aws.of("s3"), name, f"s3://{name}/faces?endpoint={aws.url}")

    def listed(self) -> set[str]:
        return {entry["Key"] for entry in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])}

    def data(self, key: str) -> bytes:
        found: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return found


def media_at(url: str, store: Store) -> Media:
    """With COLLAGEN_MEDIA set to `url`."""
    settings = load_settings({"COLLAGEN_MEDIA": url, "COLLAGEN_STORE": str(store.path)}, Path("/nonexistent"))
    found = Media.of(settings, store)
    assert found is not None
    return found
