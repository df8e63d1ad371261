"""Everything that a campaign's public pages show, for one store."""

from dataclasses import dataclass
from typing import Self

from app.adapters.store import Store
from app.services.collage.withdrawn import Withdrawn
from app.services.face.newest import Newest
from app.services.face.pictures import Pictures
from app.services.wall.cache import Cache
from app.services.wall.finished import Finished


@dataclass(frozen=True)
class Face:
    newest: Newest
    pictures: Pictures

    @classmethod
    def of(cls, store: Store, withdrawn: Withdrawn, finished: Finished, cache: Cache) -> Self:
        """Touches nothing on disk."""
        return cls(Newest(store, withdrawn), Pictures(store, finished, cache))
