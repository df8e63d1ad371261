"""Cut-outs: the chain of models, what a mask must be like, edges and backgrounds."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.adapters.models import Models, Weights
from app.core.config import Campaign
from app.core.errors import LookFailed, SettingError
from app.services.looks.steps import Picture, Subject, cutout, cutting, silhouettes
from app.services.looks.tools import Tools
from scripts.sandbox import onnx

SUBJECT = Subject(Campaign("sayno", "Say No", "sayno"), "a", 1, 0.0)
WIDTH, HEIGHT = 300, 400
Mask = NDArray[np.float32]


def ellipse(height: int = HEIGHT, width: int = WIDTH, x: float = 0.5, across: float = 0.3) -> NDArray[np.bool_]:
    rows, columns = np.ogrid[:height, :width]
    inside: NDArray[np.bool_] = ((rows / height - 0.5) / 0.4) ** 2 + ((columns / width - x) / across) ** 2 < 1
    return inside


def person(brightness: int = 255) -> Picture:
    """A bright ellipse before a dark blue wall."""
    pixels = np.full((HEIGHT, WIDTH, 3), (8, 8, 30), np.uint8)
    pixels[ellipse()] = brightness
    return Picture(pixels)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    made = Tools(onnx.installed(tmp_path_factory.mktemp("cutout") / "models"))
    yield made
    made.close()


class Masks:
    """Models that answer with these masks, and count how often each was asked."""

    def __init__(self, masks: Mapping[str, Mask]) -> None:
        self.masks, self.asked = masks, list[str]()

    def why_not(self, weights: Weights) -> str | None:
        return None if weights.name in self.masks else "it is not there"

    def mask(self, weights: Weights, picture: NDArray[np.uint8]) -> Mask:
        self.asked.append(weights.name)
        return self.masks[weights.name]


def with_masks(**masks: NDArray[np.bool_]) -> tuple[Tools, Masks]:
    made, fake = Tools(Path("/nonexistent")), Masks({name: mask.astype(np.float32) for name, mask in masks.items()})
    made.__dict__["models"] = fake
    return made, fake


def cut(background: str, tools: Tools, picture: Picture | None = None, **more: Any) -> Picture:
    options = cutout.options("here", {"background": background, **more})
    return cutout.apply(picture or person(), options, SUBJECT, tools)


def test_the_subject_stays_and_the_background_goes(tools: Tools) -> None:
    made = cut("#ff9416", tools)
    inside = ellipse(across=0.27)
    outside = ~ellipse(across=0.34)
    outside[: HEIGHT // 8] = outside[-HEIGHT // 8 :] = False
    assert np.abs(made.pixels[inside].astype(int) - 255).max() <= 6
    assert np.abs(made.pixels[outside].astype(int) - (255, 148, 22)).max() <= 6
    assert made.notes == {"model": "isnet-general-use"}


def test_backgrounds_are_nothing_blurred_or_chosen_by_the_subjects_brightness(tools: Tools) -> None:
    clear = cut("transparent", tools).pixels
    assert clear.shape == (HEIGHT, WIDTH, 4)
    assert (clear[HEIGHT // 2, WIDTH // 2, 3], clear[2, 2, 3]) == (255, 0)
    soft = cut("blur", tools).pixels
    assert np.abs(soft[2, 2].astype(int) - (8, 8, 30)).max() <= 3
    assert np.abs(soft[HEIGHT // 2, WIDTH // 2].astype(int) - 255).max() <= 3
    assert tuple(cut("auto", tools).pixels[2, 2]) == (255, 255, 255)
    dark, _ = with_masks(u2net=ellipse())
    assert tuple(cut("auto", dark, person(40)).pixels[2, 2]) == (0, 0, 0)


def test_where_the_model_doubts_a_wide_area_nothing_is_half_transparent() -> None:
    mask = ellipse().astype(np.float32)
    mask[:, : WIDTH // 5] = 0.3
    mask[HEIGHT // 2 - 40 : HEIGHT // 2 + 40, WIDTH // 2 - 40 : WIDTH // 2 + 40] = 0.7
    opaque = cutting.alpha(person().pixels, mask)
    assert opaque[:, : WIDTH // 5 - 10].max() == 0
    assert opaque[HEIGHT // 2 - 60 : HEIGHT // 2 + 60, WIDTH // 2 - 40 : WIDTH // 2 + 40].min() == 1


def test_no_fringe_of_the_background_is_left_on_an_edge() -> None:
    opaque = ellipse().astype(np.float32)
    opaque = silhouettes.blurred(opaque, 2)
    mixed = cutting.laid(np.full_like(person().pixels, 200), opaque, (8, 8, 30))
    own = cutting.foreground(mixed, opaque)
    edge = (opaque > 0.3) & (opaque < 1)
    before = np.abs(mixed[edge].astype(int) - 200).mean()
    assert np.abs(own[edge].astype(int) - 200).mean() < before / 2


def test_the_next_model_is_tried_where_the_first_one_fails() -> None:
    tools, fake = with_masks(**{"u2net": np.zeros((320, 320), bool), "isnet-general-use": ellipse(1024, 1024)})
    assert cut("auto", tools).notes == {"model": "isnet-general-use"}
    assert fake.asked == ["u2net", "isnet-general-use"]
    tools, fake = with_masks(u2net=ellipse(320, 320))
    assert cut("auto", tools).notes == {"model": "u2net"}
    tools, fake = with_masks(u2net=np.ones((320, 320), bool))
    with pytest.raises(LookFailed, match=r"u2net: what it finds covers 100% .*; isnet-general-use: it is not there\)"):
        cut("auto", tools)


def test_the_log_says_which_model_failed_and_which_made_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Both models really run: the first one takes a blue wall for as bright as a white shirt."""

    class AnyWeights(Models):
        def why_not(self, weights: Weights) -> str | None:
            return None

    directory = onnx.installed(tmp_path / "models")
    (directory / "u2net.onnx").write_bytes(onnx.bright(320, "ReduceMax"))
    tools = Tools(directory)
    tools.__dict__["models"] = AnyWeights(directory)
    picture = person()
    picture.pixels[~ellipse()] = (0, 0, 255)
    with caplog.at_level(logging.INFO):
        made = cut("#ff9416", tools, picture)
    tools.close()
    assert made.notes == {"model": "isnet-general-use"}
    assert tuple(made.pixels[2, 2]) == (255, 148, 22)
    assert caplog.messages == [
        "The model u2net fails on a: it finds nobody.",
        "The model isnet-general-use cuts out a.",
    ]


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (ellipse(), None),
        (ellipse(across=0.01), "covers only"),
        (np.zeros((9, 9), bool), "finds nobody"),
        (np.ones((9, 9), bool), "covers 100%"),
        (ellipse(x=0.2, across=0.15) | ellipse(x=0.8, across=0.15), "several pieces"),
        (np.arange(100)[:, np.newaxis] * np.ones(100) > 88, "another shape"),
    ],
)
def test_a_mask_that_cannot_be_a_subjects_is_refused(mask: NDArray[np.bool_], said: str | None) -> None:
    found = silhouettes.fault(mask.astype(np.float32), (HEIGHT, WIDTH))
    assert found is None if said is None else said in (found or "")


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 5))
def test_a_blur_is_the_mean_of_what_is_around(height: int, width: int, radius: int) -> None:
    values = np.random.default_rng(height * width).random((height, width)).astype(np.float32)
    found = silhouettes.blurred(values, radius)
    row, column = height // 2, width // 3
    around = values[max(0, row - radius) : row + radius + 1, max(0, column - radius) : column + radius + 1]
    assert found[row, column] == pytest.approx(around.mean(), abs=1e-5)


def test_too_large_a_picture_and_missing_models_are_named(tools: Tools, tmp_path: Path) -> None:
    with pytest.raises(LookFailed, match="a side of 4097 pixels"):
        cut("auto", tools, Picture(np.zeros((4097, 2, 3), np.uint8)))
    assert cutout.missing(cutout.options("here", {}), tools) is None
    assert "scripts/models" in (cutout.missing(cutout.options("here", {}), Tools(tmp_path)) or "")


def test_options_have_defaults_and_what_is_wrong_is_named() -> None:
    assert cutout.options("here", {}) == {"models": ["u2net", "isnet-general-use"], "background": "auto"}
    for given_, named in (
        ({"background": "orange"}, "background must be"),
        ({"models": []}, "models must be a list"),
        ({"models": ["rmbg"]}, "unknown model 'rmbg'"),
        ({"edge": 3}, "unknown key 'edge'"),
    ):
        with pytest.raises(SettingError, match=f"^here.*{named}"):
            cutout.options("here", given_)


def test_the_constants_that_admins_see_are_those_that_count() -> None:
    assert list(cutout.CONSTANTS.values()) == [
        silhouettes.MIN_AREA_RATIO,
        silhouettes.MAX_AREA_RATIO,
        silhouettes.MAX_ASPECT_DIFF,
        cutout.MAX_IMAGE_DIMENSION,
        cutting.DARK_SUBJECT,
    ]
