"""Forms with photos: few at once, and a form that is refused has been read to the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask, request

from app.core import limits
from app.web.http.photo_form import Arrivals, PhotosBusy, PhotoTooLarge

APP = Flask(__name__)


@contextmanager
def sent(body: bytes = b"", kind: str = "multipart/form-data; boundary=x") -> Iterator[io.BytesIO]:
    stream = io.BytesIO(body)
    given = {"content_type": kind, "input_stream": stream, "content_length": len(body)}
    with APP.test_request_context("/", method="POST", **given):
        yield stream


def form(photo: bytes, name: str = "me.jpg") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
    return head.encode() + photo + b"\r\n--x--\r\n"


def test_a_photo_is_read_and_its_file_closed() -> None:
    arrivals = Arrivals()
    with sent(form(b"picture" * 200_000)), arrivals.form():
        with arrivals.photo() as photo:
            assert photo == b"picture" * 200_000
        file = request.files["photo"].stream
    assert file.closed


def test_no_more_forms_than_so_many_are_received_at_once() -> None:
    arrivals = Arrivals(at_once=1, waiting=2, patience=0)
    with ExitStack() as others:
        for _ in range(2):
            others.enter_context(sent(form(b"x")))
            others.enter_context(arrivals.form())
        others.enter_context(arrivals.photo())
        with pytest.raises(PhotosBusy), arrivals.photo():
            pass
        with sent(form(b"x" * 1000)) as stream:
            with pytest.raises(PhotosBusy), arrivals.form():
                pass
            assert stream.read() == b"", "it has been read, so that its sender reads the answer"
    with sent(form(b"x")), arrivals.form(), arrivals.photo() as photo:
        assert photo == b"x"


@pytest.mark.parametrize("size", [limits.PICTURE_BYTES + 1, limits.ARRIVAL_BYTES + 1])
def test_a_photo_that_is_too_large_is_refused_and_the_next_one_taken(size: int) -> None:
    arrivals = Arrivals(at_once=1, waiting=1)
    with sent(form(bytes(size))) as stream:
        with pytest.raises(PhotoTooLarge), arrivals.form(), arrivals.photo():
            pass
        assert stream.read() == b""
    with sent(form(b"x")), arrivals.form(), arrivals.photo() as photo:
        assert photo == b"x"


def test_without_a_photo_there_is_none() -> None:
    with sent(form(b"", name="")), Arrivals().form(), Arrivals().photo() as photo:
        assert photo == b""
