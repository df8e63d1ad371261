"""`python -m tests.support.loaded`: has loaded the program once, and forks a process for each command.

A command is as real as `python -m app`: a process of its own, with its own arguments, environment, directory and exit
code. Only starting Python and importing the program, which takes longer than most commands, is done once. A request is
a line of JSON on standard input, the answer a line with the exit status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from app.core import limits
from scripts.sandbox.waiting import PATIENCE


def serve() -> None:
    """Answers requests until there are no more."""
    os.environ.update(limits.IMAGEMAGICK)  # as app/__main__.py does
    from app.cli import COMMANDS

    for module, _ in COMMANDS.values():
        importlib.import_module(module)
    threads = len(list(Path("/proc/self/task").iterdir()))
    assert threads == 1, "a process with threads must not be forked"
    gc.freeze()  # or each command would search all that is loaded for cycles when it ends: a fifth of a second
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _become(json.loads(line))
            return
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(request: dict[str, Any]) -> None:
    """Makes this process the command, which ends as Python does at the end of its main module."""
    from app.__main__ import commands
    from app.core import startup

    for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, request["out"], None), (2, request["err"], None)):
        opened = os.open(path, os.O_WRONLY | os.O_TRUNC if mode is None else mode)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environ"])
    os.environ.update(limits.IMAGEMAGICK)
    time.tzset()
    sys.argv = ["app", *request["arguments"]]
    signal.alarm(int(PATIENCE))  # ends a command that hangs
    startup.begin(commands, "Error")


if __name__ == "__main__":
    serve()
