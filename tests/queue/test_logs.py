"""The log of whoever handles records."""

from __future__ import annotations

import logging

import pytest

from app import journal
from app.queue import logs


def test_every_line_has_the_id_of_the_record_that_it_is_about(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.to_stderr()
        with journal.request("0123456789abcdef"):
            logging.getLogger("app.somewhere").info("done")
        logging.getLogger("app.somewhere").info("idle")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert capfd.readouterr().err == "INFO app.somewhere [0123456789abcdef]: done\nINFO app.somewhere [-]: idle\n"
