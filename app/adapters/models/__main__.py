"""`python -m app.adapters.models FILE`: the process that runs a model."""

import signal
import sys
from pathlib import Path

from app.adapters.models.server import serve

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends it
    serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
