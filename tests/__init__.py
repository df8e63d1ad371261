"""Tests, and the helpers that they share with the demonstration."""

import os

import pytest

from app.core import limits

pytest.register_assert_rewrite("tests.support", "scripts.sandbox")  # or what failed there is not said

os.environ.update(limits.IMAGEMAGICK)  # before anything loads ImageMagick
# The suite runs on all cores already, so NumPy's threads would wait for each other, which takes as much processor time
# as their work. Builds and decoders get theirs from the program (app/adapters/jobs/environment.py passes none of this).
os.environ["OPENBLAS_NUM_THREADS"] = "1"
