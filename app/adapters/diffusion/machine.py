"""The machine that paints: its device, and how much memory is free."""

import os
from pathlib import Path

from app.adapters.diffusion.memory import Room


class NoDevice(Exception):
    """The device that is wanted is not there."""


def device(wanted: str) -> str:
    """cuda, mps or cpu; `wanted`: one of them, or auto. Raises NoDevice if it is not there."""
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, found in there.items() if found)
    if not there[wanted]:
        raise NoDevice(f"COLLAGEN_DIFFUSION_DEVICE is {wanted}, and torch finds none here.")
    return wanted


def room(device: str) -> Room:
    """What is free now."""
    import torch

    card = torch.cuda.mem_get_info()[0] if device == "cuda" else None
    return Room(_free(), card)


def _free() -> int:
    """Bytes of memory that are free: of the machine, and of the control group that limits us, if one does."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        found.append(int(lines["MemAvailable"].split()[0]) * 1024)
    except (OSError, ValueError, KeyError):
        pass
    try:
        top = Path("/sys/fs/cgroup")
        used = int((top / "memory.current").read_text("ascii"))
        found.append(int((top / "memory.max").read_text("ascii")) - used)
    except (OSError, ValueError):  # no such group, or no limit: "max"
        pass
    return max(0, min(found))
