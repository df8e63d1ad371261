"""The plan shows the collage that would be made, with everyone in their place."""

from __future__ import annotations

import io
import re
from html import unescape

from flask.testing import FlaskClient
from PIL import Image, ImageOps

from app.adapters.store import Store
from scripts.sandbox.pictures import mean_difference
from scripts.sandbox.stored import built
from tests.support.dashboard import HERE, get
from tests.support.web import ADMIN, fill

CANVAS = "width=600&height=800"


def preview(page: str) -> str:
    return unescape(re.findall(r'<image href="([^"]+plan\.jpg[^"]*)"', page)[0])


def test_the_preview_is_what_the_collage_will_be(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 9)
    answer = get(client, preview(get(client, f"{HERE}/plan?{CANVAS}").text))
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/jpeg", "private, max-age=60")
    grid = built(store, width=600, height=800)["layout"]  # 3×3; of each edge less than 2 pixels are cut off
    with (
        Image.open(io.BytesIO(answer.data)) as seen,
        Image.open(store.root.path / "sayno/collages/0001/collage.png") as made,
    ):
        assert seen.size == (grid["cols"] * 36, grid["rows"] * 48)
        small = made.convert("RGB").resize(seen.size, Image.Resampling.LANCZOS)
        assert mean_difference(seen, small) < 10
        assert mean_difference(seen, ImageOps.flip(small)) > 40, "others in each place"


def test_its_address_changes_with_the_people_and_long_choices_have_the_sketch_alone(
    client: FlaskClient, store: Store
) -> None:
    fill(store, "sayno", 9)
    before = preview(get(client, f"{HERE}/plan?{CANVAS}").text)
    assert preview(get(client, f"{HERE}/plan?{CANVAS}").text) == before
    fewer = preview(get(client, f"{HERE}/plan?{CANVAS}&exclude=p3").text)
    assert "exclude=p3" in fewer
    assert get(client, fewer).data != get(client, before).data
    fields = {"width": "600", "height": "800", "exclude": [f"{number:0300}" for number in range(20)]}
    assert "plan.jpg" not in client.post(f"{HERE}/plan", data=fields, auth=ADMIN).text
    assert get(client, f"{HERE}/plan.jpg?photos=0").status_code == 422
