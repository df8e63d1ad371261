"""Compares Collagen's collage build with other implementations on the same files, from the store to finished files.

The implementations take turns, one run each, so that other load on the machine affects all of them alike; the table
shows medians. All run at the lower priority that Collagen gives a build. The files are in the page cache.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.adapters import imaging
from app.adapters.jobs.background import NICENESS
from app.adapters.store import Store
from app.services.collage import job as process
from app.services.collage import layout
from app.services.collage.plan import Parameters
from scripts.bench import check, pictures, stages
from scripts.bench.job import Job
from scripts.bench.measure import Figures, measure

TOP = Path(__file__).parents[2]
USUAL, ALL = (60, 221, 999), (60, 221, 999, 5_000, 20_000)
CANVAS = 4096
RIVALS = {
    "prototype": "the prototype's way",
    "montage": "one montage, resizing",
    "pyvips": "pyvips",
    "pillow": "Pillow, two processes",
}
SLOW = {"prototype": 1_500}  # above this many photos: run once, and only with --all

# Debian's policy stops ImageMagick at 256 MB of pixels; the rivals are not limited.
POLICY = "<policymap>{}</policymap>".format(
    "".join(
        f'<policy domain="resource" name="{name}" value="{value}"/>'
        for name, value in {"memory": "64GiB", "map": "64GiB", "area": "64GP", "disk": "64GiB"}.items()
    )
)


@dataclass(frozen=True)
class Contest:
    """One number of photos: where they are, and the job to do."""

    store: Store
    campaign: str
    job: Job

    @property
    def finished(self) -> Path:
        """Collagen's newest collage."""
        return self.store.collages.directory(self.campaign, self.store.collages.ids(self.campaign)[-1])


def ours(contest: Contest) -> subprocess.Popen[bytes]:
    return process.start(contest.store, contest.campaign, Parameters()).process


def rival(name: str, contest: Contest) -> subprocess.Popen[bytes]:
    out = Path(contest.job.out)
    order = out / "job.json"
    contest.job.write(order)
    (out / "policy.xml").write_text(POLICY)
    nice = ("nice", "-n", str(NICENESS))
    with (out / "said").open("wb") as said:
        return subprocess.Popen(
            [*nice, TOP / ".venv-bench/bin/python", "-m", f"scripts.bench.rival_{name}", str(order)],
            cwd=TOP,
            env=os.environ | {"MAGICK_CONFIGURE_PATH": str(out)},
            stderr=said,
        )


def prepared(cache: Path, photos: int, folder: Path | None, out: Path) -> Contest:
    """Creates the photos and works out the layout. All read the archives where cells are larger than intermediates."""
    store, campaign = pictures.campaign(cache, photos, folder)
    grid = layout.best(photos, CANVAS, CANVAS)
    seated = store.photos.all(campaign)[: grid.used]
    cell = grid.horizontal.cell, grid.vertical.cell
    large = any(side > most for side, most in zip(cell, imaging.INTERMEDIATE, strict=True))
    source = store.photos.archive_path if large else store.photos.intermediate_path
    paths = [source(campaign, photo.public_id) for photo in seated]
    return Contest(store, campaign, check.job_for(paths[0].parent, [path.name for path in paths], grid, out))


def contest(cache: Path, photos: int, folder: Path | None, ways: list[str], runs: int, full: bool) -> None:
    """Runs every implementation for one number of photos and prints its row."""
    with tempfile.TemporaryDirectory(prefix="collagen-bench-") as directory:
        out = Path(directory)
        made = prepared(cache, photos, folder, out)
        job = made.job
        weight = statistics.mean(Path(path).stat().st_size for path in job.paths)
        print(
            f"\n{photos} photos: {job.cols}×{job.rows} cells of {job.cell_width}×{job.cell_height},"
            f" from files of {weight / 1000:.0f} KB"
        )
        known = check.reference(job)
        figures: dict[str, list[Figures]] = defaultdict(list)
        said: dict[str, check.Verdict | str] = {}
        sizes: dict[str, int] = {}
        for turn in range(runs + 1):  # in the first one memory is sampled, which takes time
            for way in ways:
                slow = photos > SLOW.get(way, photos)
                if isinstance(said.get(way), str) or (slow and (turn or not full)):
                    continue
                _progress(f"run {turn} of {runs}: {way}")
                shutil.rmtree(made.store.root.path / made.campaign / "collages", ignore_errors=True)
                start: Callable[[], subprocess.Popen[bytes]] = functools.partial(ours, made)
                if way != "ours":
                    start = functools.partial(rival, way, made)
                one = measure(start, memory=turn == 0)
                target = Path(job.out)
                if one.status:
                    said[way] = f"failed: exit status {one.status}; {_last_line(target / 'said')}"
                    continue
                figures[way].append(one)
                done = job
                if way == "ours":
                    done = Job(**{**vars(job), "out": str(made.finished)})
                sizes[way] = Path(done.target()).stat().st_size
                if turn == 0:
                    _progress(f"checking {way}")
                    said[way] = check.verdict(done, known)
                for old in target.iterdir():
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
        _progress("")
        _print(photos, ways, figures, said, sizes)


def _print(
    photos: int,
    ways: list[str],
    figures: dict[str, list[Figures]],
    said: dict[str, check.Verdict | str],
    sizes: dict[str, int],
) -> None:
    medians = {way: statistics.median(one.wall for one in runs[1:] or runs) for way, runs in figures.items() if runs}
    first = medians.get("ours", 0)
    for way in ways:
        title, runs, verdict = RIVALS.get(way, "ours"), figures[way], said.get(way)
        if verdict is None:
            print(f"{photos:>6}  {title:<23}skipped above {SLOW[way]} photos; with --all it runs once")
        elif isinstance(verdict, str):
            print(f"{photos:>6}  {title:<23}{verdict}")
        else:
            timed = runs[1:] or runs
            wall, cpu = (statistics.median(getattr(one, what) for one in timed) for what in ("wall", "cpu"))
            print(
                f"{photos:>6}  {title:<23}{wall:>8.2f}{wall / first if first else 0:>8.2f}{cpu:>8.2f}"
                f"{runs[0].memory / 1e6:>9.0f}{sizes[way] / 1e6:>11.1f}{len(timed):>6}"
                f"   {f'FAILED: {verdict.wrong}' if verdict.wrong else 'same'}"
                f" ({verdict.mean:.2f}, worst {verdict.worst:.2f})"
            )
    print(summary(photos, medians))
    sys.stdout.flush()


def summary(photos: int, seconds: Mapping[str, float]) -> str:
    """One line: how many times as long as we the best rival takes."""
    best = min((way for way in seconds if way != "ours"), key=lambda way: seconds[way], default=None)
    if best is None or "ours" not in seconds:
        return f"{photos:>6}  nothing to compare with"
    return f"{photos:>6}  ours is {seconds[best] / seconds['ours']:.2f} times as fast as the best rival: {RIVALS[best]}"


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return lines[-1][:100] if lines else "it said nothing"


def _progress(what: str) -> None:
    """Shows progress on a line that the next update overwrites; only on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench/collage", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, action="append", metavar="N", help="number of photos; can be repeated")
    parser.add_argument("--all", action="store_true", help="also 5,000 and 20,000 photos; slow implementations too")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, for the median (default: 3)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="JPEGs to use instead of generated people")
    parser.add_argument("--rivals", default=",".join(RIVALS), help="of %(default)s; empty for none")
    parser.add_argument("--stages", action="store_true", help="show only where Collagen's own build spends its time")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/collagen-bench", help="(%(default)s)")
    asked = parser.parse_args()
    ways = ["ours", *filter(None, asked.rivals.split(","))]
    if set(ways) - {"ours", *RIVALS}:
        parser.error(f"rivals are {', '.join(RIVALS)}")
    sizes = asked.photos or (ALL if asked.all else USUAL)
    if asked.stages:
        for photos in sizes:
            stages.show(*pictures.campaign(asked.cache, photos, asked.folder))
        return
    print(
        f"{os.cpu_count()} cores, {imaging.version()}, canvas {CANVAS}×{CANVAS}. Medians of interleaved runs.\n"
        "Memory: largest sum of PSS over the whole process tree, sampled every 20 ms. Check: mean difference of a\n"
        "tile's pixels (of 255) from a reference by Pillow, mean of all tiles and worst; derivatives and alpha too.\n"
    )
    print(
        f"{'photos':>6}  {'way':<23}{'wall s':>8}{'× ours':>8}{'CPU s':>8}{'peak MB':>9}{'master MB':>11}{'runs':>6}"
        "   picture"
    )
    for photos in sizes:
        contest(asked.cache, photos, asked.folder, ways, asked.runs, asked.all)


if __name__ == "__main__":
    main()
