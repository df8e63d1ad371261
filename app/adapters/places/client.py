"""Our side of the process that looks up places: it is started at first use, and ends when it was idle for a while."""

import importlib.util
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from app.adapters.jobs.helper import Helper, Idle, within

LOG = logging.getLogger(__name__)

PACKAGES = {"tzfpy": "tzfpy", "reverse_geocode": "reverse_geocode", "scipy": "scipy"}
PATIENCE = 60.0  # seconds for one answer; loading the tables takes 2
IDLE = 60.0  # seconds until the process ends: its tables take 200 MB
AT_ONCE = 500  # positions in one request
COMMAND = (sys.executable, "-m", "app.adapters.places")


@dataclass(frozen=True, slots=True)
class Spot:
    """The time zone of a position, and the nearest place: `km` away. At sea the zone is one of `Etc/`."""

    zone: str
    city: str
    region: str | None
    country: str | None
    country_code: str
    km: float


def why_not() -> str | None:
    """Why places cannot be looked up; None if they can."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return f"{' and '.join(missing)} not installed" if missing else None


class Places:
    """Looks up places in a process of its own. Threads take turns."""

    def __init__(self, command: Sequence[str] = COMMAND, idle: float = IDLE) -> None:
        self._helper = Helper("places", command, {"OPENBLAS_NUM_THREADS": "1"})
        self._idle = Idle(idle, self.close)

    def find(self, positions: Sequence[tuple[float, float]]) -> list[Spot] | None:
        """What is at each position (latitude and longitude in degrees).

        None if that cannot be found out: a package is missing, or the process ends. It can later.
        """
        if not positions:
            return []
        reason = why_not()
        if reason is not None:
            LOG.warning("Places are not looked up: %s; scripts/setup --catalogue installs it.", reason)
            return None
        try:
            with self._helper.turn:
                found = []
                for start in range(0, len(positions), AT_ONCE):
                    found += self._asked(positions[start : start + AT_ONCE])
                self._idle.begin()
        except (OSError, EOFError, ValueError, TypeError) as error:
            self._helper.stop()
            LOG.warning("Places are not looked up: the process that does it failed (%s).", type(error).__name__)
            return None
        return found

    def close(self) -> None:
        """Ends the process, if one runs."""
        with self._helper.turn:
            self._idle.over()
            self._helper.stop()

    def _asked(self, positions: Sequence[tuple[float, float]]) -> list[Spot]:
        process = self._helper.running()
        if process.stdin is None or process.stdout is None:
            raise OSError("it was started without pipes")
        with within(process, PATIENCE):
            process.stdin.write(json.dumps(positions).encode("ascii") + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line:
            raise EOFError("it has ended")
        return [Spot(**one) for one in json.loads(line)]
