"""Orders to make a look of a photo, as messages of a queue:

{"campaign": "sayno", "look": "orange", "public_id": "sayno/x7k2", "version": 1700000000}

An order is a hint: the worker that takes it makes the look of the photo as it is then. It holds no address and no
picture.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from app.adapters.store.documents import an_object
from app.core.errors import BadParameters


@dataclass(frozen=True)
class Order:
    """`version`: the photo's, when the look was ordered."""

    campaign: str
    look: str
    public_id: str
    version: int

    def written(self) -> str:
        """As a message's body, in ASCII."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, body: str) -> Self:
        """Raises BadParameters for anything else."""
        found = an_object(body.encode("utf-8", "replace")) or {}
        campaign, look, public_id = (found.get(name) for name in ("campaign", "look", "public_id"))
        version = found.get("version")
        texts = isinstance(campaign, str) and isinstance(look, str) and isinstance(public_id, str)
        if not texts or not isinstance(version, int) or isinstance(version, bool):
            raise BadParameters(
                'A message is no order of a look: {"campaign": …, "look": …, "public_id": …, "version": …}'
            )
        return cls(str(campaign), str(look), str(public_id), version)
