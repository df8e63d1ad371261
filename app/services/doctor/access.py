"""Who can read what is nobody's business, and as whom we run."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from app.services.doctor.result import FAIL, OK, WARN, Result


def user() -> Iterator[Result]:
    if os.geteuid() == 0:
        said = "runs as root, and what it writes the service cannot change"
        yield Result("user", WARN, said, "run it as the service's user: sudo collagen doctor")
    else:
        yield Result("user", OK, "is not root")


def files(secret: list[Path], store: Path) -> Iterator[Result]:
    """`secret`: files that hold a secret, which only their owner and group should be able to read."""
    wrong = [f"{path} can be read by every user of this machine" for path in secret if _is_open(path)]
    for said in wrong:
        yield Result("permissions", FAIL, said, f"chmod o= {said.partition(' ')[0]}")
    if _is_open(store):
        said = f"{store} can be looked into by every user of this machine"
        yield Result("permissions", WARN, said, f"chmod o= {store}")
    elif not wrong:
        yield Result("permissions", OK, "secrets and photos are out of others' reach")


def _is_open(path: Path) -> bool:
    """Whether others than owner and group may do anything with it. What is not there is not."""
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False
