"""`python -m app.adapters.places`: the process that looks up places."""

import signal
import sys

from app.adapters.places.server import serve

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends it
    serve(sys.stdin.buffer, sys.stdout.buffer)
