"""What the next collage would look like: its grid, small, drawn like a tile of a wall."""

import threading
from collections.abc import Sequence

from app.adapters.store import Store
from app.services.collage.cells.sources import InLook
from app.services.wall.geometry import Box, Piece
from app.services.wall.tile import Painter

WIDTH = 1100  # pixels of a grid, at most
LARGEST = 12  # a cell has up to 36×48 pixels: the smallest copy of a photo, 38×50, is enough for it
MOST = 6_000  # people, whose files take seconds to read


class Previews:
    """Draws one preview at a time."""

    def __init__(self, store: Store) -> None:
        self._painter = Painter(store)
        self._turn = threading.Lock()

    def jpeg(self, campaign: str, public_ids: Sequence[str], cols: int, look: InLook | None = None) -> bytes:
        """The grid of these people, row by row, as JPEG. Raises StoreUnavailable."""
        k = max(1, min(LARGEST, WIDTH // (3 * cols)))
        width, height = 3 * k, 4 * k
        whole = Box(0, 0, width, height)
        shown = []
        for place, public_id in enumerate(public_ids):
            row, col = divmod(place, cols)
            shown.append((Piece(col, row, (width, height), whole, col * width, row * height), public_id))
        with self._turn:
            return self._painter.jpeg(campaign, cols * width, len(public_ids) // cols * height, shown, look)
