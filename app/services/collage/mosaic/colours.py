"""Colours in OKLab, where distances are what people see. Pure.

OKLab rather than CIELAB: a plain distance in it predicts small and large differences about evenly over all hues, where
CIELAB turns blue into purple and needs CIEDE2000's corrections, which no matrix product can compute.
https://bottosson.github.io/posts/oklab/
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.int32]  # … × 3: L, a, b in thousandths

THOUSANDTHS = 1000  # whole numbers: sums are the same on every processor
VISIBLE = 10  # thousandths in ΔE 1, of which about 2 can just be seen side by side

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rows: NDArray[Any]) -> Colours:
    """8-bit sRGB (… × 3) as OKLab."""
    linear = _linear()[rows]
    cones = np.cbrt(np.einsum("...c,kc->...k", linear, _TO_CONES))
    lab = np.einsum("...c,kc->...k", cones, _TO_LAB)
    whole: Colours = np.rint(lab * THOUSANDTHS).astype(np.int32)
    return whole


def differences(one: Colours, other: Colours) -> NDArray[np.float64]:
    """ΔE of each colour (… × 3): the distance in OKLab, in hundredths."""
    found: NDArray[np.float64] = np.sqrt(((one - other).astype(np.float64) ** 2).sum(axis=-1)) / VISIBLE
    return found


@cache
def _linear() -> NDArray[np.float64]:
    """Linear light of each 8-bit value (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
