"""The first prototype's method: one process per cell, then montage, extent/crop, and one process per derivative."""

import subprocess
from pathlib import Path

from scripts.bench import job, magick


def main() -> None:
    work = job.read()
    cells = Path(work.out) / "cells"
    cells.mkdir()
    for number, path in enumerate(work.paths):
        magick.convert(path, "-resize", f"{work.cell_width}x{work.cell_height}!", f"{cells}/{number:05}.png")
    grid = f"{work.out}/grid.png"
    magick.montage(
        *(f"{number:05}.png" for number in range(len(work.names))),
        *("-background", "none", "-tile", f"{work.cols}x{work.rows}"),
        *("-geometry", f"{work.cell_width}x{work.cell_height}+0+0", grid),
        cwd=cells,
    )
    magick.convert(grid, *magick.to_canvas(work), work.target())
    for longest in job.LONGEST_SIDES:
        magick.convert(
            *(work.target(), "-trim", "+repage", "-background", "white", "-flatten"),
            *("-resize", f"{longest}x{longest}>", "-strip", "-interlace", "JPEG"),
            *("-quality", str(job.QUALITY), work.target(longest)),
        )
    subprocess.run(["rm", "-r", str(cells), grid], check=True)


if __name__ == "__main__":
    main()
