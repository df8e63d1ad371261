"""How well a mosaic shows its picture. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.services.collage.layout import Layout
from app.services.collage.mosaic import wish
from app.services.collage.mosaic.colours import differences, oklab
from app.services.collage.mosaic.tint import Rows, mixed

SHUFFLES = 5
SEED = 19


@dataclass(frozen=True)
class Fit:
    """`error`: the mean ΔE between a cell's colour and the target's there; `random`: of the same people at random.

    `finer`: columns and rows of a grid with one more of each; `people`: how many it takes. They are no promise of a
    smaller error, which depends on who comes, but of more detail.
    """

    error: float
    random: float
    finer: tuple[int, int]
    people: int

    def as_json(self, asked: wish.Mosaic) -> dict[str, Any]:
        """What the manifest says of the mosaic."""
        cols, rows = self.finer
        return {
            "repeat": asked.repeat,
            "tint": asked.tint,
            "target_sha256": asked.digest,
            "error": self.error,
            "random_error": self.random,
            "finer": {"cols": cols, "rows": rows, "people": self.people},
        }


def fit(target: Rows, seated: Rows, grid: Layout, asked: wish.Mosaic) -> Fit:
    """The fit of seated people. `target`, `seated`: cells × points × 3, in the order of the grid."""
    chance = np.random.default_rng(SEED)
    shuffled = [seated[chance.permutation(len(seated))] for _ in range(SHUFFLES)]
    random = float(np.mean([error(target, one, asked.tint) for one in shuffled]))
    finer = grid.cols + 1, grid.rows + 1
    people = wish.people_for(finer[0] * finer[1], asked.repeat)
    return Fit(round(error(target, seated, asked.tint), 2), round(random, 2), finer, people)


def error(target: Rows, seated: Rows, tint: float = 0.0) -> float:
    """The mean ΔE of cells. A cell's colour is the mean of its points."""
    shown, wanted = _means(mixed(seated, target, tint)), _means(target)
    return float(differences(shown, wanted).mean())


def _means(points: Rows) -> NDArray[np.int32]:
    means: NDArray[np.int32] = np.rint(oklab(points).mean(axis=1)).astype(np.int32)
    return means
