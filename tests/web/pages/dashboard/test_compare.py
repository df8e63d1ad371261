"""Two collages side by side."""

from __future__ import annotations

import os

import pytest
from flask.testing import FlaskClient

from app.adapters.store import Store
from tests.support.dashboard import HERE, get, text
from tests.support.manifests import manifest


@pytest.fixture
def three(store: Store) -> None:
    """Three collages whose manifests alone are there."""
    shown = {"0001": ["anna", "ben"], "0002": ["anna", "cem", "dora"], "0003": ["dora", "anna"]}
    for collage, people in shown.items():
        draft = store.collages.begin("sayno")
        assert draft.id == collage
        store.collages.publish(draft, manifest(collage, people, left_out=["eva"] if collage == "0002" else []))
        os.close(draft.lock)


def test_the_page_says_who_is_new_who_left_and_what_differs(client: FlaskClient, three: None) -> None:
    page = get(client, f"{HERE}/compare?before=0001&after=0002").text
    said = text(page)
    assert "New in 0002: 2" in said
    assert "No longer in it: 1" in said
    assert "1 person is in both" in said
    assert "People 2 3 Left out 0 1" in said
    assert "Grid 2 × 1 3 × 1 Cell, px 300 × 400 300 × 400 Canvas, px 600 × 400 900 × 400" in said
    assert [who in page for who in ("ben", "cem", "dora", "anna")] == [True, True, True, False]
    for collage in ("0001", "0002"):
        assert f"/collages/{collage}/collage.png" in page


def test_without_a_choice_it_compares_the_newest_two_in_either_order(client: FlaskClient, three: None) -> None:
    assert "New in 0003: 0" in text(get(client, f"{HERE}/compare").text)
    assert "New in 0002: 1" in text(get(client, f"{HERE}/compare?after=0002&before=0003").text)
    assert "New in 0001: 0" in text(get(client, f"{HERE}/compare?after=0001").text)


def test_the_list_and_each_collage_lead_to_it(client: FlaskClient, three: None) -> None:
    history = get(client, f"{HERE}/history").text
    assert f'href="{HERE}/compare"' in history
    assert f'href="{HERE}/compare?before=0001&amp;after=0002"' in history
    assert f'href="{HERE}/compare?before=0001&amp;after=0002"' in get(client, f"{HERE}/history/0002").text


def test_a_collage_that_is_not_there_is_404_and_a_campaign_without_any_says_so(
    client: FlaskClient, three: None
) -> None:
    for query in ("before=0009", "after=..", "before=0001&after=x"):
        assert get(client, f"{HERE}/compare?{query}").status_code == 404
    assert client.get(f"{HERE}/compare").status_code == 401
    assert "There are no collages yet" in get(client, "/admin/campaigns/test_prototype/compare").text
