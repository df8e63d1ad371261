"""scripts/models finds the directory that the service reads; what it downloads is not tried here."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from app.core.config import load_settings
from scripts.sandbox.nginx import ROOT

WEIGHTS = b"weights"


@pytest.mark.parametrize(
    ("dotenv", "environ"),
    [
        ("", {}),
        ("COLLAGEN_MODELS=./from_file\n", {}),
        ('#COLLAGEN_MODELS=./no\nCOLLAGEN_MODELS="./from_file"\n', {"U2NET_HOME": "./no"}),
        ("COLLAGEN_MODELS=./no\n", {"COLLAGEN_MODELS": "./from_environment"}),
        ("", {"U2NET_HOME": "./from_u2net"}),
    ],
)
def test_weights_that_are_there_are_found_where_the_service_looks(
    tmp_path: Path, dotenv: str, environ: dict[str, str]
) -> None:
    text = (ROOT / "scripts/models").read_text()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/models").write_text(
        re.sub(r"sum=[0-9a-f]{64}", f"sum={hashlib.sha256(WEIGHTS).hexdigest()}", text)
    )
    (tmp_path / ".env").write_text(dotenv)
    directory = load_settings(environ, tmp_path / ".env").models
    (tmp_path / directory).mkdir()
    (tmp_path / directory / "u2net.onnx").write_bytes(WEIGHTS)
    said = subprocess.run(
        ["bash", "scripts/models"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"} | environ,
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.endswith("u2net.onnx is there.\n")
