"""How a model is to be kept, so that it fits into the memory of a machine. Pure.

The weights are counted; what painting takes in addition is an estimate: a quarter of them, at most 4 GB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

GB = 1_000_000_000
LIBRARIES = int(0.7 * GB)  # torch and what it loads, in the machine's memory
PAINTING = 4 * GB
BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}

# whole: all of it on the device. parts: on a graphics card one part at a time, the others in the machine's memory.
# layers: one layer at a time, which is far slower.
Keeping = Literal["whole", "parts", "layers"]


@dataclass(frozen=True)
class Room:
    """Free bytes: `machine`, and on the graphics card, where there is one with memory of its own."""

    machine: int
    card: int | None = None


@dataclass(frozen=True)
class Plan:
    """`tiles`: the picture is decoded in tiles, which takes less memory. `lack`: why it cannot be done at all."""

    keeping: Keeping = "whole"
    tiles: bool = False
    lack: str | None = None


def plan(numbers: Mapping[str, int], precision: str, room: Room) -> Plan:
    """`numbers`: how many a part of the model consists of, by part. `precision`: fp32, bf16 or fp16."""
    weights = {name: count * BYTES[precision] for name, count in numbers.items()}
    total, largest = sum(weights.values()), max(weights.values(), default=0)
    painting = min(PAINTING, total // 4)
    if room.card is None:
        return _fitting("whole", total + painting + LIBRARIES, room.machine, tiles=room.machine < total + 2 * painting)
    if total + painting <= room.card:
        return _fitting("whole", largest + LIBRARIES, room.machine)  # loading brings one part after another
    if largest + painting // 2 <= room.card:
        return _fitting("parts", total + LIBRARIES, room.machine, tiles=largest + painting > room.card)
    if painting // 2 <= room.card:
        return _fitting("layers", total + LIBRARIES, room.machine, tiles=True)
    return Plan(lack=f"painting needs {_gb(painting // 2)} GB of the graphics card, {_gb(room.card)} GB are free")


def _fitting(keeping: Keeping, needed: int, free: int, *, tiles: bool = False) -> Plan:
    if needed <= free:
        return Plan(keeping, tiles)
    return Plan(lack=f"it needs {_gb(needed)} GB of memory, {_gb(free)} GB are free")


def _gb(count: int) -> str:
    return f"{count / GB:.1f}"
