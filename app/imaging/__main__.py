"""`python -m app.imaging`: the decoding process of `app.imaging.decoder`."""

import sys

from app.imaging.decoder import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
