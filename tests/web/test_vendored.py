"""Vendored files are identical to the published ones, file for file, with their version and licence."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# each directory holds the files as they are in the npm package of VERSION, and SHA256SUMS as sha256sum writes them
SHIPPED = sorted((ROOT / "app/web/static/vendor").iterdir())
VENDORED = [*SHIPPED, *sorted(path for path in (ROOT / "tests/vendor").iterdir() if path.is_dir())]
OURS = {"VERSION", "SHA256SUMS"}

vendored = pytest.mark.parametrize("directory", VENDORED, ids=lambda path: path.name)


def sums(directory: Path) -> dict[str, str]:
    lines = (directory / "SHA256SUMS").read_text().splitlines()
    return {name.lstrip("*"): digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def files(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()} - OURS


@vendored
def test_every_vendored_file_is_as_it_was_when_it_came(directory: Path) -> None:
    recorded = {name: digest for name, digest in sums(directory).items() if name not in OURS}
    found = {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in files(directory)}
    assert found == recorded


@vendored
def test_what_is_vendored_has_a_version_and_a_licence(directory: Path) -> None:
    assert re.search(r"\d+\.\d+\.\d+", (directory / "VERSION").read_text())
    licences = [name for name in files(directory) if name.upper().startswith("LICENSE")]
    assert any(
        "Copyright" in (directory / name).read_text() or "Mozilla" in (directory / name).read_text()
        for name in licences
    )


@pytest.mark.parametrize("directory", SHIPPED, ids=lambda path: path.name)
def test_vendored_code_needs_neither_eval_nor_another_host(directory: Path) -> None:
    for name in files(directory):
        if name.endswith((".js", ".css")):
            text = (directory / name).read_text()
            assert not re.search(r"\beval\(|new Function\(|document\.write\(", text), name
            assert not re.search(r"(?:import|from|url\(|fetch\()\s*[\"'(]?https?://", text), name


@vendored
def test_vendored_files_are_those_of_the_package_itself(directory: Path, tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here")
    found = re.search(r"\d+\.\d+\.\d+\S*", (directory / "VERSION").read_text())
    assert found
    patience = ["--fetch-retries=0", "--fetch-timeout=10000", "--ignore-scripts", "--json"]
    packed = subprocess.run(
        [npm, "pack", f"{directory.name}@{found[0]}", *patience], cwd=tmp_path, capture_output=True, text=True
    )
    if packed.returncode != 0:
        pytest.skip("npm's registry cannot be reached")
    with tarfile.open(tmp_path / json.loads(packed.stdout)[0]["filename"]) as package:
        published: dict[str, set[str]] = {}
        for member in package.getmembers():
            content = package.extractfile(member)
            if content is not None:
                name = member.name.rpartition("/")[2]
                published.setdefault(name, set()).add(hashlib.sha256(content.read()).hexdigest())
    for name, digest in sums(directory).items():
        base = name.rpartition("/")[2]
        if base not in OURS and (base in published or not base.upper().startswith("LICENSE")):
            assert digest in published.get(base, set()), f"{name} is not what npm has as {directory.name} {found[0]}"
