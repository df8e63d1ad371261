"""Measures a visit to the wall: the page and tiles of every level, requested from gunicorn over loopback.

A tile is cold if it was never made, and warm if it was; the archives are in the page cache either way, as on a machine
that has served the wall for a while. First one request at a time, then six at once, as a browser does.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from app.adapters.store import Store
from app.services.collage.build import Parameters
from app.services.collage.job import start
from app.services.tracking.tokens import Claims, Tokens
from app.services.wall.cache import Cache
from app.services.wall.wall import Wall, Walls
from scripts.bench import pictures
from scripts.bench.measure import percentile
from scripts.sandbox.service import Service, environment
from scripts.sandbox.standin.client import Standin

KEY = "a key that is only good for a benchmark"
AT_ONCE = 6  # connections that a browser opens to one host (HTTP/1.1)
ASSETS = r'(?:src|href)="(/static/[^"]+)"'


def collage(store: Store, campaign: str) -> str:
    """The campaign's newest collage, built if there is none."""
    if not store.collages.ids(campaign):
        start(store, campaign, Parameters()).wait()
    return store.collages.ids(campaign)[-1]


class Visitor:
    """A visitor with the personal link of somebody in the middle of the wall."""

    def __init__(self, service: Service, wall: Wall) -> None:
        seated = wall.seats[wall.grid.cols // 2, wall.grid.rows // 2]
        token = Tokens([KEY]).image(Claims(wall.campaign, wall.collage, seated))
        self._track = f"/track/{token}"
        self._http = urllib3.connection_from_url(service.url, maxsize=AT_ONCE)

    def get(self, path: str) -> tuple[float, bytes]:
        """Seconds until the whole answer arrived, and the answer."""
        began = time.monotonic()
        answer = self._http.request("GET", path, retries=False)
        taken = time.monotonic() - began
        if answer.status != 200:
            raise SystemExit(f"{path.rpartition('/')[2]} was answered {answer.status}: {answer.data[:200]!r}")
        return taken, answer.data

    def open(self) -> tuple[float, int, float]:
        """Seconds and bytes of the page and what it loads, and seconds of the page alone."""
        page, text = self.get(f"{self._track}/wall")
        loaded = [self.get(path) for path in re.findall(ASSETS, text.decode())]
        return page + sum(took for took, _ in loaded), len(text) + sum(len(data) for _, data in loaded), page

    def tile(self, where: tuple[int, int, int]) -> tuple[float, bytes]:
        level, x, y = where
        return self.get(f"{self._track}/tiles/{level}/{x}_{y}.jpg")

    def place(self, shape: str) -> tuple[float, bytes]:
        return self.get(f"{self._track}/place-{shape}.jpg")


def some(wall: Wall, level: int, many: int) -> list[tuple[int, int, int]]:
    """So many different tiles of a level, or all if it has fewer."""
    across, down = wall.grid.tiles(level)
    numbers = random.Random(level).sample(range(across * down), min(many, across * down))
    return [(level, number % across, number // across) for number in numbers]


def milliseconds(times: list[float]) -> str:
    return "".join(f"{1000 * percentile(times, part):>8.1f}" for part in (50, 95, 100))


def show_tiles(visitor: Visitor, wall: Wall, many: int) -> None:
    """One request at a time."""
    titles = "".join(f"{name:>8}" for name in ("p50", "p95", "most"))
    print(f"{'level':>5}{'cell':>12}{'tiles':>8}{'asked':>7}{'cold':>15}{'':9}{'warm':>15}{'':9}{'kB each':>9}")
    print(f"{'':32}{titles}{titles}")
    all_cold: list[float] = []
    all_warm: list[float] = []
    for level in range(wall.grid.lowest, wall.grid.highest + 1):
        chosen = some(wall, level, many)
        cold, warm = [visitor.tile(where) for where in chosen], [visitor.tile(where) for where in chosen]
        size = sum(len(data) for _, data in cold) / len(cold) / 1000
        cell = f"{wall.grid.edge(0, 1, level)}×{wall.grid.edge(1, 1, level)}"
        across, down = wall.grid.tiles(level)
        times = [took for took, _ in cold], [took for took, _ in warm]
        print(
            f"{level:>5}{cell:>12}{across * down:>8}{len(chosen):>7}{milliseconds(times[0])}{milliseconds(times[1])}"
            f"{size:>9.1f}"
        )
        all_cold += times[0]
        all_warm += times[1]
    print(f"{'all':>5}{'':27}{milliseconds(all_cold)}{milliseconds(all_warm)}\n")


def show_screens(visitor: Visitor, wall: Wall) -> None:
    """The tiles of a screen at full zoom, six requests at once, as a browser does."""
    across, down = wall.grid.tiles(wall.grid.highest)
    chance = random.Random(7)
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(12):
        left, top = chance.randrange(across - 4), chance.randrange(down - 3)
        tiles = [(wall.grid.highest, left + x, top + y) for y in range(3) for x in range(4)]
        for times in (cold, warm):
            began = time.monotonic()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(visitor.tile, tiles))
            times.append(time.monotonic() - began)
    print(f"12 tiles, full zoom, {AT_ONCE} at once: ms cold {milliseconds(cold)}   warm {milliseconds(warm)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/wall", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000, metavar="N", help="photos (default: %(default)s)")
    parser.add_argument("--tiles", type=int, default=60, metavar="N", help="tiles of each level (default: %(default)s)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    store, campaign = pictures.campaign(asked.cache, asked.people)
    number = collage(store, campaign)
    with tempfile.TemporaryDirectory(dir=asked.cache, prefix="wall-") as directory, Standin.start() as standin:
        (Path(directory) / "campaigns.toml").write_text(f"[{campaign}]\ntracking = 'off'\n")
        environ = environment(standin, store.root.path) | {
            "COLLAGEN_SECRET_KEY": KEY,
            "COLLAGEN_CAMPAIGNS": str(Path(directory) / "campaigns.toml"),
            "TMPDIR": directory,
        }
        with Service(environ, workers=4) as service:
            wall = Walls(store, Cache(store.root.path)).wall(campaign, number)
            visitor = Visitor(service, wall)
            width, height = wall.grid.size
            print(f"{os.cpu_count()} cores, 4 workers; {len(wall.seats)} people, {width}×{height} pixels\n")
            total, size, page = min(visitor.open() for _ in range(10))
            print(
                f"opening: page {1000 * page:.1f} ms, with what it loads {1000 * total:.1f} ms ({size / 1000:.0f} kB)\n"
            )
            show_tiles(visitor, wall, asked.tiles)
            show_screens(visitor, wall)
            for shape in ("square", "story"):
                cold, warm = visitor.place(shape), visitor.place(shape)
                size = len(cold[1])
                print(f"place, {shape}: {1000 * cold[0]:.0f} ms cold, {1000 * warm[0]:.1f} warm, {size / 1000:.0f} kB")
        kept = [path for path in Path(directory).rglob("*") if path.is_file() and ".collagen-wall" in str(path)]
        total = sum(path.stat().st_size for path in kept)
        print(f"kept on the local disk: {len(kept)} pictures, {total / 1e6:.1f} MB")
        counts = (wall.grid.tiles(level) for level in range(wall.grid.lowest, wall.grid.highest + 1))
        whole = sum(across * down for across, down in counts)
        print(f"all {whole} tiles would be about {whole * total / len(kept) / 1e6:.0f} MB; at most 500 MB are kept")


if __name__ == "__main__":
    main()
