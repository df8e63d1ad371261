"""Drawings on pages: the sketch of a grid, and the chart of opens."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.services.collage import layout
from app.web.pages.dashboard.chart import MOST_DAYS, WIDTH, Chart, chart
from app.web.pages.dashboard.sketch import Sketch, describe, edges, sketch

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = Flask("app.web").jinja_env


def drawn(template: str, drawing: Sketch | Chart | None) -> str:
    """The SVG that a template draws."""
    assert drawing is not None
    module: Any = TEMPLATES.get_template(f"dashboard/{template}.html").module
    return str(module.draw(drawing)).strip()


@pytest.mark.parametrize("people", [1, 12, 229, 1000, 5000])
def test_a_sketch_has_the_grid_that_the_layout_has(people: int) -> None:
    grid = layout.best(people, 4096, 4096)
    svg = fromstring(drawn("sketch", sketch(grid)))
    pattern = svg.find(f".//{SVG}pattern")
    assert pattern is not None
    assert (pattern.get("width"), pattern.get("height")) == (str(grid.horizontal.cell), str(grid.vertical.cell))
    assert (pattern.get("x"), pattern.get("y")) == (str(grid.horizontal.start), str(grid.vertical.start))
    assert svg.findtext(f"{SVG}title") == describe(grid)
    assert len(drawn("sketch", sketch(grid))) < 3000  # however many cells


def test_a_sketch_says_what_is_free_and_what_is_cut_off() -> None:
    assert edges(layout.best(229, 4096, 4096)) == "33.5 px free left and right, 6 px cut off above and below"
    assert edges(layout.best(1, 300, 400)) == "it fits exactly"
    assert 'class="lost"' in drawn("sketch", sketch(layout.best(229, 4096, 4096)))
    assert 'class="lost"' not in drawn("sketch", sketch(layout.best(40, 4096, 4096)))


@given(st.dictionaries(st.dates().map(str), st.integers(0, 10**6), min_size=1, max_size=20))
def test_a_chart_stays_within_its_frame(by_day: dict[str, int]) -> None:
    svg = fromstring(drawn("chart", chart(by_day, "Opens")))
    bars = svg.findall("rect")
    assert 1 <= len(bars) <= MOST_DAYS
    for bar in bars:
        x, y, width, height = (float(bar.get(key, "nan")) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH + 0.2
        assert height >= 0


def test_without_data_there_is_no_chart() -> None:
    assert chart({}, "Opens") is None
