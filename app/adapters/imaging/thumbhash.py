"""ThumbHash: a blurred placeholder for a photo, in about 25 bytes. Pure.

The reference implementation's algorithm (rgbaToThumbHash, https://evanw.github.io/thumbhash/) for opaque pictures: the
lowest frequencies of brightness and of two colour differences. Summing along rows first, then along columns, gives the
same result for a tenth of the work.
"""

import math
from collections.abc import Sequence
from functools import cache

NOTHING = 1e-9  # a wave this weak is rounding error: the picture has one colour
MOST = 32  # pixels a side; the reference allows 100, which takes ten times as long and shows no more


def thumbhash(width: int, height: int, pixels: bytes) -> bytes:
    """The hash of rows of 8-bit RGB, at most 32 pixels wide and high. Raises ValueError for another size."""
    if not (0 < width <= MOST and 0 < height <= MOST and len(pixels) == 3 * width * height):
        raise ValueError(f"Cannot hash {len(pixels)} bytes as a picture of {width}×{height} pixels.")
    red, green, blue = ([value / 255 for value in pixels[colour::3]] for colour in range(3))
    longest = max(width, height)
    across, down = (max(1, _rounded(7 * side / longest)) for side in (width, height))
    light, light_waves, light_scale = _channel(
        [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)], width, max(3, across), max(3, down)
    )
    yellow, yellow_waves, yellow_scale = _channel(
        [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)], width, 3, 3
    )
    rose, rose_waves, rose_scale = _channel([r - g for r, g in zip(red, green, strict=True)], width, 3, 3)
    first = (
        _rounded(63 * light)
        | _rounded(31.5 + 31.5 * yellow) << 6
        | _rounded(31.5 + 31.5 * rose) << 12
        | _rounded(31 * light_scale) << 18
    )
    lying = width > height
    second = (
        (down if lying else across) | _rounded(63 * yellow_scale) << 3 | _rounded(63 * rose_scale) << 9 | lying << 15
    )
    waves = [_rounded(15 * wave) for wave in (*light_waves, *yellow_waves, *rose_waves)]
    waves += [0] * (len(waves) % 2)
    packed = bytes(low | high << 4 for low, high in zip(waves[::2], waves[1::2], strict=True))
    return first.to_bytes(3, "little") + second.to_bytes(2, "little") + packed


def _channel(values: Sequence[float], width: int, across: int, down: int) -> tuple[float, list[float], float]:
    """The mean of one channel, its waves from 0 to 1 (0.5 is none), and the amplitude of the strongest."""
    height = len(values) // width
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    columns = [
        [sum(map(float.__mul__, row, cosines)) for row in rows]
        for cosines in (_cosines(wave, width) for wave in range(across))
    ]
    mean, waves = 0.0, []
    for vertical in range(down):
        cosines = _cosines(vertical, height)
        horizontal = 0
        while horizontal * down < across * (down - vertical):
            wave = sum(map(float.__mul__, columns[horizontal], cosines)) / (width * height)
            if horizontal or vertical:
                waves.append(wave)
            else:
                mean = wave
            horizontal += 1
    scale = max(map(abs, waves), default=0.0)
    if scale < NOTHING:
        return mean, [0.0] * len(waves), 0.0
    return mean, [0.5 + 0.5 / scale * wave for wave in waves], scale


@cache  # at most 7 waves of each length up to MOST
def _cosines(wave: int, length: int) -> tuple[float, ...]:
    return tuple(math.cos(math.pi / length * wave * (at + 0.5)) for at in range(length))


def _rounded(value: float) -> int:
    """Rounds half up, as JavaScript does."""
    return math.floor(value + 0.5)
