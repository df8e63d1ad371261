"""One `montage` that resizes, and one `convert` that crops and writes all three files, at their best settings.

Each picture is resized as soon as it is read (`name[WxH!]`), which takes less memory and time than `-resize` on all of
them; pixels pass between the processes through a pipe; PNG level 1.
"""

import subprocess
import sys

from scripts.bench import job, magick


def main() -> None:
    work = job.read()
    size = f"{work.cell_width}x{work.cell_height}"
    with subprocess.Popen(
        [
            *magick.tool("montage"),
            *(f"{name}[{size}!]" for name in work.names),
            *("-background", "none", "-mode", "Concatenate", "-tile", f"{work.cols}x{work.rows}"),
            *("-geometry", f"{size}+0+0", "-depth", "8", "miff:-"),
        ],
        stdout=subprocess.PIPE,
        cwd=work.folder,
    ) as grid:
        left, top, width, height = work.box
        small = []
        for longest in job.LONGEST_SIDES:
            across, down = work.derivative_size(longest)
            jpeg = ("-resize", f"{across}x{down}!", "-interlace", "JPEG", "-quality", str(job.QUALITY))
            small += ["(", "+clone", *jpeg, "-write", work.target(longest), "+delete", ")"]
        part = ["-crop", f"{width}x{height}+{left}+{top}", "+repage", "-background", "white", "-alpha", "remove"]
        subprocess.run(
            [
                *(*magick.tool("convert"), "miff:-", *magick.to_canvas(work)),
                *("(", "+clone", *part, *small, "+delete", ")"),
                # the JPEGs' settings still apply; 15: level 1, adaptive filters
                *("-interlace", "none", "-quality", "15", "-depth", "8"),
                f"PNG32:{work.target()}",
            ],
            stdin=grid.stdout,
            check=True,
        )
    sys.exit(grid.returncode)


if __name__ == "__main__":
    main()
