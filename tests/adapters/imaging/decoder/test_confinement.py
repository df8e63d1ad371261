"""What a decoder cannot do even if a picture takes it over."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from app.adapters.imaging import Decoder
from app.adapters.imaging.decoder.confinement import CALLS, CREATE_RULESET, VERSION
from scripts.sandbox.samples import person
from scripts.sandbox.service import ROOT

LIBC = ctypes.CDLL(None, use_errno=True)
landlock = pytest.mark.skipif(
    LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION) < 1, reason="this kernel has no Landlock"
)
seccomp = pytest.mark.skipif(platform.machine() not in CALLS, reason="system calls have other numbers here")


def confined(what: str, *arguments: str) -> str:
    """The result of a line of Python in a confined process: "done", or the error's name."""
    code = f"""
import os, socket, subprocess, sys
from app.adapters.imaging.decoder.confinement import confine
confine()
try:
    {what}
    print("done")
except Exception as error:
    print(type(error).__name__)
"""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout.strip()


@landlock
@pytest.mark.parametrize(
    "what",
    [
        "open(sys.argv[1]).read()",
        "open(sys.argv[1], 'w')",
        "os.listdir(os.path.dirname(sys.argv[1]))",
        "os.mkdir(sys.argv[1] + '.new')",
        "os.unlink(sys.argv[1])",
        "os.rename(sys.argv[1], sys.argv[1] + '.new')",
        "open('/etc/passwd').read()",
        "open(f'/proc/{os.getppid()}/environ').read()",
    ],
)
def test_no_file_but_libraries_is_read_and_none_is_written(tmp_path: Path, what: str) -> None:
    (tmp_path / "photo.jpg").write_text("a face")
    assert confined(what, str(tmp_path / "photo.jpg")) == "PermissionError"
    assert (tmp_path / "photo.jpg").read_text() == "a face"


@seccomp
@pytest.mark.parametrize(
    "what",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "subprocess.run(['true'])",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
    ],
)
def test_no_socket_is_opened_no_program_started_and_no_process_killed(what: str) -> None:
    assert confined(what) == "PermissionError"


def test_libraries_and_our_own_modules_are_still_there() -> None:
    assert confined("import app.adapters.imaging.variants, decimal; open('/proc/cpuinfo').read()") == "done"


@landlock
def test_the_decoder_is_confined_and_decodes() -> None:
    decoder = Decoder()
    assert decoder.prepare(person(1)).archive
    process = decoder._helper.process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    if platform.machine() in CALLS:
        assert "Seccomp:\t2" in status
    decoder.close()
