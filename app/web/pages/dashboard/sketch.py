"""A drawing of a grid on its canvas: cells, padding, and what is clipped off. Pure.

The colours are those of paper; a page's stylesheet gives the classes its own.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from app.core.plurals import count
from app.services.collage.layout import Layout

MOST_FACES = 60  # columns up to which a face can be told in a cell


def sketch(grid: Layout) -> str:
    """An SVG of the grid, in canvas pixels, with everything that it says in its title."""
    width, height = grid.horizontal.canvas, grid.vertical.canvas
    cell_width, cell_height = grid.horizontal.cell, grid.vertical.cell
    left, top = grid.horizontal.start, grid.vertical.start
    over_x, over_y = max(0, -left), max(0, -top)
    margin = max(width, height) / 100
    name = f"g{grid.cols}x{grid.rows}-{cell_width}-{width}x{height}"
    view = (-over_x - margin, -over_y - margin, width + 2 * (over_x + margin), height + 2 * (over_y + margin))
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "sketch",
            "viewBox": " ".join(f"{number:g}" for number in view),
            "width": f"{view[2]:g}",
            "height": f"{view[3]:g}",
            "role": "img",
            "aria-labelledby": f"{name}-title",
        },
    )
    SubElement(svg, "title", {"id": f"{name}-title"}).text = describe(grid)
    definitions = SubElement(svg, "defs")
    clip = SubElement(definitions, "clipPath", {"id": f"{name}-canvas"})
    _rect(clip, (0, 0, width, height))
    pattern = SubElement(
        definitions,
        "pattern",
        {
            "id": name,
            "patternUnits": "userSpaceOnUse",
            **{"x": str(left), "y": str(top), "width": str(cell_width), "height": str(cell_height)},
        },
    )
    _cell(pattern, cell_width, cell_height, faces=grid.cols <= MOST_FACES)
    _rect(svg, (0, 0, width, height), {"class": "canvas", "fill": "#f0eeea"})
    whole = (left, top, grid.cols * cell_width, grid.rows * cell_height)
    if over_x or over_y:
        _rect(svg, whole, {"class": "lost", "fill": f"url(#{name})", "opacity": "0.3"})
    _rect(svg, whole, {"fill": f"url(#{name})", "clip-path": f"url(#{name}-canvas)"})
    line = {"stroke": "#8a857d", "stroke-width": "1.5", "vector-effect": "non-scaling-stroke"}
    _rect(svg, (0, 0, width, height), {"class": "edge", "fill": "none"} | line)
    return tostring(svg, encoding="unicode")


def describe(grid: Layout) -> str:
    """What the drawing shows, in words."""
    return (
        f"{count(grid.cols, 'column', 'columns')} and {count(grid.rows, 'row', 'rows')} of {grid.horizontal.cell} ×"
        f" {grid.vertical.cell} pixels on a canvas of {grid.horizontal.canvas} × {grid.vertical.canvas}; {edges(grid)}"
    )


def edges(grid: Layout) -> str:
    """How the grid sits on the canvas: `33.5 px free left and right, 6 px cut off above and below`."""
    said = []
    for axis, sides in ((grid.horizontal, "left and right"), (grid.vertical, "above and below")):
        each = f"{abs(axis.spare) / 2:g} px"
        if axis.spare:
            said.append(f"{each} {'free' if axis.spare > 0 else 'cut off'} {sides}")
    return ", ".join(said) or "it fits exactly"


def _cell(parent: Element, width: int, height: int, *, faces: bool) -> None:
    gap = width * 0.04
    shape = {"class": "cell", "fill": "#b9cfca", "rx": f"{width * 0.06:g}"}
    _rect(parent, (gap, gap, width - 2 * gap, height - 2 * gap), shape)
    if faces:
        person = {"class": "person", "fill": "#7fa49c"}
        middle = width / 2
        head = {"cx": f"{middle:g}", "cy": f"{height * 0.4:g}", "r": f"{width * 0.2:g}"}
        SubElement(parent, "circle", person | head)
        shoulders = f"M{width * 0.16:g} {height - gap:g}a{width * 0.34:g} {height * 0.3:g} 0 0 1 {width * 0.68:g} 0z"
        SubElement(parent, "path", person | {"d": shoulders})


def _rect(parent: Element, box: tuple[float, float, float, float], more: dict[str, str] | None = None) -> None:
    place = zip(("x", "y", "width", "height"), box, strict=True)
    SubElement(parent, "rect", {key: f"{number:g}" for key, number in place} | (more or {}))
