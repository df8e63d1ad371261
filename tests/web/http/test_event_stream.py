"""Server-sent events: what changes is sent, a few streams at once, none for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import ServiceUnavailable

from app.adapters.store import Store
from app.core.errors import StoreUnavailable
from app.web.http.event_stream import Streams
from scripts.sandbox.stored import built
from tests.support.dashboard import get
from tests.support.web import ADMIN, fill


@pytest.fixture
def request_of_a_page() -> Iterator[None]:
    with Flask(__name__).test_request_context():
        yield


@pytest.mark.usefixtures("request_of_a_page")
def test_a_state_is_sent_when_it_has_changed_and_the_last_one_ends_the_stream() -> None:
    states = iter([{"n": 1}, {"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}])
    answer = Streams().answer(lambda: next(states), lambda state: state["n"] == 3)
    assert answer.get_data(as_text=True).split("\n\n")[:-1] == [
        'retry: 1000\ndata: {"n": 1}',
        'data: {"n": 2}',
        'data: {"n": 3}',
    ]
    assert answer.headers["X-Accel-Buffering"] == "no"


@pytest.mark.usefixtures("request_of_a_page")
def test_a_stream_without_room_is_refused_until_another_is_closed() -> None:
    streams = Streams(at_once=1)
    first = streams.answer(dict)
    with pytest.raises(ServiceUnavailable):
        streams.answer(dict)
    first.close()
    streams.answer(dict).close()


@pytest.mark.usefixtures("request_of_a_page")
def test_a_stream_ends_by_itself_and_when_the_store_has_gone() -> None:
    assert Streams(seconds=0).answer(dict).get_data(as_text=True) == "retry: 1000\ndata: {}\n\n"
    answers = iter([{"n": 1}])

    def read() -> dict[str, int]:
        for found in answers:
            return found
        raise StoreUnavailable("The store is gone.")

    assert Streams().answer(read).get_data(as_text=True) == 'retry: 1000\ndata: {"n": 1}\n\n'


def test_a_finished_collage_is_done_and_one_that_was_never_begun_is_not_there(
    client: FlaskClient, store: Store
) -> None:
    fill(store, "sayno", 3)
    built(store, width=300, height=300)
    path = "/admin/campaigns/sayno/collages"
    answer = get(client, f"{path}/0001/progress")
    assert (answer.content_type.partition(";")[0], answer.text) == (
        "text/event-stream",
        'retry: 1000\ndata: {"state": "done"}\n\n',
    )
    assert get(client, f"{path}/0002/progress").status_code == 404
    marks = client.get("/admin/changes", auth=ADMIN)
    assert marks.status_code == 200
    assert b'"sayno": ' in next(iter(marks.response))
    marks.close()
