"""`python -m app.imaging`: the decoding process of `app.imaging.decoder`."""

import os
import sys
from pathlib import Path

from app.imaging.confinement import confine
from app.imaging.decoder import serve

if __name__ == "__main__":
    confine(Path(part) for part in os.environ.get("MAGICK_CONFIGURE_PATH", "").split(os.pathsep) if part)
    serve(sys.stdin.buffer, sys.stdout.buffer)
