"""The grid: columns × rows × cell size, and how it sits on the canvas. Pure.

- `weights`: what padding, clipping and leaving people out cost.
- `grid`: one grid on a canvas and its cost.
- `search`: the grids considered, and the cheapest.
- `places`: who is pinned to which place.
- `report`: every case as a line of text.
"""

from app.services.collage.layout.grid import Axis, Layout
from app.services.collage.layout.report import report_lines
from app.services.collage.layout.search import best, candidates, cheapest, printed, ranked, resized
from app.services.collage.layout.weights import LONGEST, RATIO, SHORTEST, leave_out

__all__ = [
    "LONGEST",
    "RATIO",
    "SHORTEST",
    "Axis",
    "Layout",
    "best",
    "candidates",
    "cheapest",
    "leave_out",
    "printed",
    "ranked",
    "report_lines",
    "resized",
]
