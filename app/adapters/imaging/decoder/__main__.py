"""`python -m app.adapters.imaging.decoder`: the decoding process."""

import os
import signal
import sys
from pathlib import Path

from app.adapters.imaging.decoder.confinement import confine
from app.adapters.imaging.decoder.server import serve

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends it
    confine(Path(part) for part in os.environ.get("MAGICK_CONFIGURE_PATH", "").split(os.pathsep) if part)
    serve(sys.stdin.buffer, sys.stdout.buffer)
