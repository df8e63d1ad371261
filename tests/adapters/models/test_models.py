"""The process that runs a model: started once, ended when idle or broken, and never trusted with the wrong weights."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.adapters.models import KNOWN, Models
from app.core.errors import ModelFailed
from scripts.sandbox import onnx
from scripts.sandbox.waiting import has_ended, wait_for

ISNET = KNOWN["isnet-general-use"]


@pytest.fixture
def models(tmp_path: Path) -> Iterator[Models]:
    made = Models(onnx.installed(tmp_path / "models"))
    yield made
    made.close()


def half() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture whose right half is white."""
    picture = np.zeros((ISNET.side, ISNET.side, 3), np.uint8)
    picture[:, ISNET.side // 2 :] = 255
    return picture


def process(models: Models) -> int:
    assert models._running is not None
    running = models._running[1].process
    assert running is not None
    return running.pid


def test_a_mask_says_where_the_subject_is(models: Models) -> None:
    mask = models.mask(ISNET, half())
    assert mask.shape == (ISNET.side, ISNET.side)
    assert (mask[:, : ISNET.side // 2] == 0).all()
    assert (mask[:, ISNET.side // 2 :] == 1).all()
    assert not models.mask(ISNET, np.zeros_like(half())).any(), "of nobody there is no mask"


def test_one_process_serves_all_pictures_and_a_killed_one_is_started_again(models: Models) -> None:
    models.mask(ISNET, half())
    first = process(models)
    models.mask(ISNET, half())
    assert process(models) == first
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: has_ended(first), "it had ended")
    assert models.mask(ISNET, half()).any()
    assert process(models) != first
    models.close()
    assert models._running is None
    models.close()


def test_the_process_ends_when_it_was_idle(tmp_path: Path) -> None:
    models = Models(onnx.installed(tmp_path / "models"), idle=0.05)
    models.mask(ISNET, half())
    wait_for(lambda: models._running is None, "the process ends")


def test_weights_that_are_no_model_fail_with_a_sentence(tmp_path: Path) -> None:
    directory = onnx.installed(tmp_path / "models")
    (directory / ISNET.file).write_bytes(b"no model")
    with pytest.raises(ModelFailed, match="the model isnet-general-use ended"):
        Models(directory).mask(ISNET, half())


def test_missing_and_wrong_weights_are_named(tmp_path: Path, models: Models) -> None:
    assert models.why_not(ISNET) is None
    assert models.why_not(KNOWN["u2net"]) == f"{tmp_path}/models/u2net.onnx is not there"
    (tmp_path / "models/u2net.onnx").write_bytes(onnx.bright(320))
    assert "its sum is wrong" in (models.why_not(KNOWN["u2net"]) or "")
