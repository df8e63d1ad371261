"""Notifications for a queue, and a stand-in for what starts syncs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from app.adapters.sqs import Message
from app.queue.records import Record, from_message
from scripts.sandbox.awsserver.client import Notification
from scripts.sandbox.samples import person
from scripts.sandbox.standin.client import Standin


class Syncs:
    """Records which syncs are started, or fails with `error`."""

    def __init__(self) -> None:
        self.started: list[tuple[str, ...]] = []
        self.error: Exception | None = None

    def __call__(self, campaigns: Sequence[str]) -> None:
        if self.error:
            raise self.error
        self.started.append(tuple(campaigns))


def told(standin: Standin, **more: Any) -> Notification:
    """The local Cloudinary's last notification, signed."""
    return Notification.signed(standin.notifications()[-1]["payload"], standin.secret, **more)


def approved(standin: Standin, public_id: str = "a", folder: str = "sayno", **more: Any) -> Notification:
    """Adds an approved photo to the local Cloudinary; returns its notification."""
    standin.upload(person(1), public_id, folder=folder, email="ann@example.org")
    standin.approve(public_id)
    return told(standin, **more)


def gone(standin: Standin, public_id: str = "gone", ago: float = 0, **more: Any) -> Notification:
    """The notification of a photo that no longer exists: causes a call to Cloudinary, and no other work."""
    return Notification.signed(
        {"notification_type": "upload", "public_id": public_id, "existing": True},
        standin.secret,
        time.time() - ago,
        **more,
    )


def record(notification: Notification, sent: float | None = None) -> Record:
    """The record of a notification that SQS received at `sent`, now by default."""
    return from_message(Message("the-message", "", notification.body, sent or time.time(), notification.attributes))
