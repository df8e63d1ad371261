"""Amazon CloudFront: makes a distribution forget what it has kept."""

import secrets
import time
from collections.abc import Callable, Sequence

from app.adapters.targets.aws import client, plainly
from app.core.errors import TargetUnavailable

EVERY = 5.0  # seconds between two looks
PATIENCE = 1800.0  # seconds; an invalidation takes a minute or two


class Distribution:
    """A distribution, by its ID. Creating one makes no call. All methods raise TargetUnavailable and SettingError."""

    def __init__(self, identity: str, sleep: Callable[[float], object] = time.sleep) -> None:
        self.name = f"CloudFront distribution {identity}"
        self._id = identity
        self._sleep = sleep
        self._client = client("cloudfront", self.name, region_name="us-east-1")

    def invalidate(self, paths: Sequence[str]) -> str:
        """Orders that these be fetched anew, `/index.html` or `/*`; returns the ID of the invalidation."""
        with plainly(self.name):
            answer = self._client.create_invalidation(
                DistributionId=self._id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": list(paths)},
                    "CallerReference": secrets.token_hex(16),
                },
            )
        return str(answer["Invalidation"]["Id"])

    def wait(self, invalidation: str) -> None:
        """Waits until it is done everywhere."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with plainly(self.name):
                answer = self._client.get_invalidation(DistributionId=self._id, Id=invalidation)
            if str(answer["Invalidation"]["Status"]).lower() == "completed":
                return
            self._sleep(EVERY)
        raise TargetUnavailable(f"{self.name} has not finished an invalidation in {PATIENCE / 60:g} minutes.")

    def check(self) -> None:
        """Raises SettingError where there is no such distribution, or these credentials may not see it."""
        with plainly(self.name):
            self._client.list_invalidations(DistributionId=self._id, MaxItems="1")
