"""Where this release of Collagen is installed."""

from pathlib import Path

# The directory that holds app/ and deploy/; child processes start here so that `python -m app` finds the program.
ROOT = Path(__file__).resolve().parents[2]
