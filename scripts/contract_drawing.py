"""Draws the import contract of pyproject.toml into docs/architecture.md: python -m scripts.contract_drawing"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from scripts.sandbox.service import ROOT

PAGE = ROOT / "docs/architecture.md"
BEGIN = "<!-- Drawn by: .venv/bin/python -m scripts.contract_drawing -->\n"
END = "<!-- End of the drawing -->\n"


def drawn(page: str) -> str:
    """The page with its drawing made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    floors = "\n".join(_floors(one) for one in contracts if one["type"] == "layers")
    homes = "\n".join(["| library | imported only by |", "|---|---|", *_homes(contracts)])
    return f"{before}{BEGIN}\n{floors}\n{homes}\n\n{END}{after}"


def _floors(contract: dict[str, Any]) -> str:
    """A contract of layers as a chain of boxes, from the top."""
    rows = [" · ".join(name.strip().rpartition(".")[2] for name in row.split("|")) for row in contract["layers"]]
    boxes = [f'    f{number}["{row}"]' for number, row in enumerate(rows)]
    arrows = "    " + " --> ".join(f"f{number}" for number in range(len(rows)))
    return "\n".join([f"{contract['name']}:\n", "```mermaid", "flowchart TD", *boxes, arrows, "```\n"])


def _homes(contracts: list[dict[str, Any]]) -> Iterator[str]:
    """The rows of the table: each library, and the part of `app` that alone may import it."""
    for one in contracts:
        if one["type"] == "forbidden":
            importers = (line.partition(" -> ")[0].rstrip(".*") for line in one["ignore_imports"])
            homes = ", ".join(f"`{_path(home)}`" for home in dict.fromkeys(importers))
            yield f"| {', '.join(f'`{library}`' for library in one['forbidden_modules'])} | {homes} |"


def _path(module: str) -> str:
    path = module.replace(".", "/")
    return path if (ROOT / path).is_dir() else f"{path}.py"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
