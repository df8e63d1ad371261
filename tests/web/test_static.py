"""Our scripts and style sheets: none is unused, and a page preloads what its script imports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "app/web"
STATIC = WEB / "static"
OURS = [file for kind in ("*.js", "*.css") for file in STATIC.rglob(kind) if "vendor" not in file.parts]
PAGES = [page for page in (WEB / "templates").rglob("*.html") if 'type="module"' in page.read_text()]


def imports(module: Path) -> set[Path]:
    """The modules loaded with a module, including its imports' imports."""
    direct = {
        (module.parent / name).resolve() for name in re.findall(r"^import .* from '(.+)';$", module.read_text(), re.M)
    }
    return direct.union(*(imports(path) for path in direct))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_preloads_what_its_module_imports(page: Path) -> None:
    (script,) = re.findall(r"""type="module" src="{{ url_for\('static', filename='([^']+)'""", page.read_text())
    preloaded = {STATIC / name for name in re.findall(r'"([^"]+\.js)"', page.read_text())}
    assert preloaded == imports(STATIC / script)


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_every_file_is_loaded_by_a_page(file: Path) -> None:
    pages = "".join(page.read_text() for kind in ("*.html", "*.py") for page in WEB.rglob(kind))
    assert str(file.relative_to(STATIC)) in pages
