"""pyvips: `thumbnail` for every cell, `arrayjoin` for each row and for all rows, and both kinds of files at once.

PNG level 2 with the filter "avg": with libvips's own zlib, level 1 makes files half as large again, and level 2 makes
them as large as level 1 elsewhere, still in half a second.
"""

from concurrent.futures import ThreadPoolExecutor

import pyvips

from scripts.bench import job

work = job.read()


def row(number: int) -> pyvips.Image:
    """A row in memory: arrayjoin of thousands of open files takes more memory, and as much time."""
    cells = [
        pyvips.Image.thumbnail(path, work.cell_width, height=work.cell_height, size="force", no_rotate=True)
        for path in work.paths[number * work.cols : (number + 1) * work.cols]
    ]
    return pyvips.Image.arrayjoin(cells, across=work.cols).copy_memory()


def derivative(part: pyvips.Image, longest: int) -> None:
    across, down = work.derivative_size(longest)
    small = part.resize(across / part.width, vscale=down / part.height)
    small.jpegsave(work.target(longest), Q=job.QUALITY, interlace=True, strip=True)


def main() -> None:
    pyvips.cache_set_max(0)  # nothing is read twice
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(row, range(work.rows)))
    grid = pyvips.Image.arrayjoin(rows, across=1)
    left, top, width, height = work.box
    part = grid.crop(max(0, -work.left), max(0, -work.top), width, height).copy_memory()
    del rows, grid
    canvas = part.bandjoin(255).embed(left, top, work.width, work.height)
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(canvas.pngsave, work.target(), compression=2, filter="avg", strip=True)]
        tasks += [pool.submit(derivative, part, longest) for longest in job.LONGEST_SIDES]
        for task in tasks:
            task.result()


if __name__ == "__main__":
    main()
