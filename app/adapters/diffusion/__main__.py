"""`python -m app.adapters.diffusion MODEL DEVICE PRECISION`: the process that paints."""

import os
import signal
import sys

from app.adapters.diffusion.server import serve

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends it
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    model, device, precision = sys.argv[1:]
    serve(model, device, precision, sys.stdin.buffer, answers)
