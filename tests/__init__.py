"""Tests, and what they and the demonstration need."""

import os

from app.core import limits

os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick
