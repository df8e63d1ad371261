"""Anything that keeps Collagen from starting is reported in one line, with an exit code other than 0."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core import startup
from scripts.sandbox.service import ROOT

# Wand's own words
WITHOUT_LIBRARY = """raise ImportError('''MagickWand shared library not found.
You probably had not installed ImageMagick library.
Try to install:
  apt-get install libmagickwand-dev''')
"""


def refusal(tmp_path: Path, module: str, *arguments: str, **environ: str) -> str:
    """The one-line message of a command that is run in `tmp_path`, which may contain packages of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"} | environ,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("module", "package", "content", "said"),
    [
        (
            "app",
            "wand",
            WITHOUT_LIBRARY,
            "Error: ImageMagick's library is missing; install the package libmagickwand-6.q16-6.",
        ),
        (
            "app.web.preflight",
            "flask",
            "raise ModuleNotFoundError('No module', name='flask')",
            "Collagen cannot start: the Python package flask is missing;"
            " scripts/setup installs what requirements.txt names.",
        ),
    ],
)
def test_a_library_or_package_that_is_missing_is_named(
    tmp_path: Path, module: str, package: str, content: str, said: str
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(content)
    assert refusal(tmp_path, module) == said


def test_a_file_in_the_stores_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert refusal(tmp_path, "app", "init") == "Error: The store failed at data/.collagen: Not a directory."


def test_an_old_python_is_refused_before_anything_of_ours_is_imported() -> None:
    with pytest.raises(SystemExit, match=r"^Error: this is Python 3\.10, and 3\.11 or later is needed; .*\.$"):
        startup.begin(lambda: pytest.fail("it was started"), "Error", (3, 10))


@pytest.mark.parametrize(
    "name", ["__init__.py", "__main__.py", "core/__init__.py", "core/startup.py", "core/limits.py", "web/preflight.py"]
)
def test_what_says_so_can_be_read_by_an_old_python(name: str) -> None:
    ast.parse((ROOT / "app" / name).read_text(), feature_version=(3, 8))


def test_an_error_of_our_own_is_not_hidden() -> None:
    def broken() -> None:
        raise ImportError("cannot import name 'nothing'", name="app.adapters.store")

    with pytest.raises(ImportError, match="nothing"):
        startup.begin(broken, "Error")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_what_others_can_reach_without_a_proxy_does_not_start(tmp_path: Path, host: str) -> None:
    said = refusal(tmp_path, "app.web.preflight", "127.0.0.1", host, COLLAGEN_TRUSTED_PROXIES="")
    assert said.startswith(
        f"Collagen cannot start: COLLAGEN_TRUSTED_PROXIES is not set, and it should listen on {host}:"
    )
    said = refusal(tmp_path, "app.web.preflight", host, COLLAGEN_TRUSTED_PROXIES="172.16.0.0/12", CLOUDINARY_URL="")
    assert said.startswith("Collagen cannot start: COLLAGEN_CAMPAIGNS: the file ")
