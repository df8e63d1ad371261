"""Every case of a search as a line of text. Pure."""

from collections.abc import Iterator

from app.services.collage.layout.search import candidates


def report_lines(photos: int, width: int, height: int) -> Iterator[str]:
    """A heading and a line for every case considered: fewest left out first, then larger cells, then lower cost.

    Columns: grid, used/n, cell, pixels at each horizontal and vertical edge (+ padding, − clipping), cost written out.
    """
    yield f"{'grid':>9}  {'used/n':>13}  {'cell':>9}  {'horizontal':>10}  {'vertical':>10}  cost"
    cases = candidates(photos, width, height)
    for case in sorted(cases, key=lambda case: (case.left_out, -case.horizontal.cell, case.cost, case.cols)):
        horizontal, vertical = (
            f"{'−' if axis.spare < 0 else '+'}{abs(axis.spare) / 2:g}" for axis in (case.horizontal, case.vertical)
        )
        grid, cell = f"{case.cols}×{case.rows}", f"{case.horizontal.cell}×{case.vertical.cell}"
        yield f"{grid:>9}  {f'{case.used}/{photos}':>13}  {cell:>9}  {horizontal:>10}  {vertical:>10}  {case.sum}"
