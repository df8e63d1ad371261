"""Links, headings, paths and modules named in the documents and in comments of deploy/ exist."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from scripts.sandbox.service import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = [path for path in sorted((ROOT / "scripts").rglob("*")) if path.is_file() and path.suffix == ""]
DEPLOYED = [path for path in sorted((ROOT / "deploy").rglob("*")) if path.is_file() and path.suffix != ".pyc"]
OTHERS = [ROOT / ".env.example", ROOT / "campaigns.toml", ROOT / "pyproject.toml", *SCRIPTS, *DEPLOYED]
EVERY = [*DOCUMENTS, *OTHERS]

LINK = re.compile(r"(?:\]\(|src=\")([^)\s\"]+)[)\"]")
# not a part of a longer path such as /opt/collagen/current/app
NAMED = re.compile(r"(?<![\w/.@-])(?:\./)?((?:app|deploy|docs|scripts|tests)/[\w./*-]*\w[\w*]*)")
MODULE = re.compile(r"(?<![\w/.@-])((?:app|scripts|tests)(?:\.[A-Za-z_]\w*)+)(?!\w)")
NO_MODULE = {"app.access", "app.py", "app.starting"}  # a logger, a file, and a module of release 0.1.0
OLD = ROOT / "docs/changelog.md"  # it also names what is gone


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def headings(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document: Path) -> None:
    for target in LINK.findall(document.read_text("utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        path = document.parent / file if file else document
        assert path.exists(), target
        assert not anchor or anchor in headings(path), target


@pytest.mark.parametrize("source", EVERY, ids=named)
def test_every_path_of_the_repository_that_is_named_exists(source: Path) -> None:
    for path in NAMED.findall(source.read_text("utf-8")):
        assert (ROOT / path).exists() or list(ROOT.glob(path)), path


@pytest.mark.parametrize("source", EVERY, ids=named)
def test_every_module_that_is_named_exists(source: Path) -> None:
    if source == OLD:
        return
    for name in set(MODULE.findall(source.read_text("utf-8"))) - NO_MODULE:
        assert exists(name), name


def exists(name: str) -> bool:
    """Whether this is a module, or an object in one."""
    parent, _, last = name.rpartition(".")
    try:
        return importlib.util.find_spec(name) is not None or hasattr(importlib.import_module(parent), last)
    except ModuleNotFoundError:  # `parent` is no package
        return hasattr(importlib.import_module(parent), last) if importlib.util.find_spec(parent) else False


def test_every_document_is_reached_from_the_readme() -> None:
    linked = set(LINK.findall((ROOT / "README.md").read_text("utf-8")))
    assert {named(path) for path in DOCUMENTS[1:]} <= {link.partition("#")[0] for link in linked}
