"""The dashboard and the gallery with looks: the panel, the form's choice, pictures; nobody sees what they may not."""

from __future__ import annotations

import io

from flask.testing import FlaskClient
from PIL import Image

from app.adapters.store import Store
from app.services.looks.recipes import Look
from scripts.sandbox.waiting import wait_for
from tests.support.dashboard import HERE, get, people, post, text
from tests.support.looks import Negative, put_look
from tests.support.web import fill

GREEN = (20, 160, 40)


def test_without_looks_no_page_speaks_of_them(client: FlaskClient, store: Store) -> None:
    fill(store, "sayno", 1)
    page = get(client, f"{HERE}/").text
    assert 'id="look"' not in page
    assert ">Looks<" not in page
    assert "There are no looks yet" in get(client, f"{HERE}/finishes/").text


def test_the_panel_shows_each_look_and_makes_what_is_due(
    client: FlaskClient, store: Store, look: Look, kind: Negative
) -> None:
    fill(store, "sayno", 3)
    put_look(store, ["p0"], GREEN, recipe=look.recipe)
    number = str(store.photos.version("sayno", "p1"))
    note = {"look": "dark", "identifier": "p1", "recipe": look.recipe, "number": number, "time": "2026-11-20T06:04:05Z"}
    store.looks.fail("sayno", "dark", "p1", note | {"reason": "There is nobody on it."})
    page = get(client, f"{HERE}/finishes/").text
    said = text(page)
    assert "ready 1 to do 1 failed 1" in said
    assert "Make 1 photo of Dark" in said
    assert "There is nobody on it." in said
    assert "hole 0" in said
    kind.lack = "the weights of u2net are missing; scripts/models brings them."
    answer = post(client, f"{HERE}/finishes/dark", retry="1")
    assert answer.status_code == 422
    assert kind.lack in answer.text
    put_look(store, ["p1", "p2"], GREEN, recipe=look.recipe)
    answer = post(client, f"{HERE}/finishes/dark")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HERE}/finishes/?making=dark")
    assert "Being made" not in get(client, f"{HERE}/finishes/?making=dark").text
    assert post(client, f"{HERE}/finishes/bright").status_code == 404


def test_the_form_makes_a_collage_in_a_look(client: FlaskClient, store: Store, look: Look) -> None:
    fill(store, "sayno", 4)
    form = {"width": "300", "height": "400", "look": "dark"}
    refused = post(client, f"{HERE}/build", **form)
    assert refused.status_code == 422
    assert "has a current result of the look dark" in refused.text
    put_look(store, ["p0", "p1", "p2"], GREEN, recipe=look.recipe)
    page = get(client, f"{HERE}/?width=300&height=400&look=dark").text
    assert '<option value="dark" selected>Dark (3)</option>' in page
    assert "1 photo has no current result of this look" in text(page)
    picture = get(client, f"{HERE}/plan.jpg?width=300&height=400&look=dark&v=1")
    seen = Image.open(io.BytesIO(picture.data)).convert("RGB")
    assert all(abs(a - b) < 8 for a, b in zip(seen.getpixel((9, 9)), GREEN, strict=True))  # type: ignore[arg-type]
    assert post(client, f"{HERE}/build", **form).status_code == 303
    wait_for(lambda: store.collages.ids("sayno"), "the collage was built")
    page = text(get(client, f"{HERE}/history/0001").text)
    assert ", in the look Dark" in page
    assert "without the look 1" in page
    assert "&#39;bright&#39; is not a look" in post(client, f"{HERE}/build", look="bright").text


def test_photos_are_seen_in_a_look(client: FlaskClient, store: Store, look: Look) -> None:
    fill(store, "sayno", 3)
    put_look(store, ["p0"], GREEN, recipe=look.recipe)
    put_look(store, ["p1"], (*GREEN, 255), recipe=look.recipe)
    page = get(client, f"{HERE}/?view=dark").text
    assert people(page) == ["p1", "p0"]
    assert "/photos/p1/thumb.jpg?" in page
    assert "look=dark" in page
    small = {"thumb": (150, 200), "small": (300, 400), "full": (600, 800), "original": (600, 800)}
    for public_id, kinds in (("p0", "JPEG PNG JPEG JPEG"), ("p1", "PNG PNG PNG PNG")):
        for (variant, size), kind in zip(small.items(), kinds.split(), strict=True):
            answer = get(client, f"{HERE}/photos/{public_id}/{variant}.jpg?look=dark")
            seen = Image.open(io.BytesIO(answer.data))
            expected = (300, 400) if (variant, kind) == ("thumb", "PNG") else size
            assert (seen.format, seen.size, answer.content_type) == (kind, expected, f"image/{kind.lower()}")
    assert get(client, f"{HERE}/photos/p2/thumb.jpg?look=dark").status_code == 404
    assert get(client, f"{HERE}/photos/p0/thumb.jpg?look=bright").status_code == 404
    assert get(client, f"{HERE}/photos/p0/thumb.jpg?look=..%2F..").status_code == 404
    intermediate = store.photos.intermediate("sayno", "p0")
    assert intermediate is not None
    store.photos.put_intermediate("sayno", "p0", intermediate, 5)
    assert get(client, f"{HERE}/photos/p0/full.jpg?look=dark").status_code == 404
    store.photos.remove("sayno", "p1")
    assert get(client, f"{HERE}/photos/p1/full.jpg?look=dark").status_code == 404
