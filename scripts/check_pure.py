"""Finds the modules that call themselves pure in their docstring, and what in them touches the outside world.

A pure module computes from its arguments alone: no files, processes, network, clock or chance. Exits with 1 and a line
for each import that breaks this.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "os",
    "pathlib",
    "subprocess",
    "socket",
    "time",
    "random",
    "requests",
    "flask",
    "wand",
    "cloudinary",
    "boto3",
}


def impure(path: Path) -> list[str]:
    """The imports of a module that a pure one may not have; none where it does not call itself pure."""
    tree = ast.parse(path.read_text())
    if not re.search(r"\bPure\b", ast.get_docstring(tree) or ""):
        return []
    named = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    return [name for name in named if name.partition(".")[0] in OUTSIDE and name != "os.stat_result"]  # a mere type


def main() -> None:
    """Checks all of app/."""
    found = [(path, name) for path in sorted((ROOT / "app").rglob("*.py")) for name in impure(path)]
    for path, name in found:
        print(f"{path.relative_to(ROOT)} calls itself pure and imports {name}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
