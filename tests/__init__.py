"""Tests, and the helpers that they share with the demonstration."""

import os

from app.core import limits

os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick
