"""A webhook that records what the local Cloudinary sends, and tiny pictures."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

from PIL import Image


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 40), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Received:
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """Answers with `statuses` one after the other, then with 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [one.json["notification_type"] for one in self.received]

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        self.received.append(Received(body, headers))
        return self.statuses.pop(0) if self.statuses else 200
