"""Tests, and what they and the demonstration need."""

import os

from app import limits

os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick
