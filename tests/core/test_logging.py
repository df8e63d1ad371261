"""Request IDs in the log, and the format of its lines."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from app.core.logging import DAY, Json, Once, Plain, current_request_id, request_context

ROOT = Path(__file__).parents[2]
TIME = "2026-11-20T06:04:05Z"


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("app.some", logging.WARNING, "file", 1, message, args, None)
    made.created = 1_795_154_645.4
    made.__dict__ |= extra
    return made


@given(st.none() | st.text() | st.from_regex(r"[A-Za-z0-9_=-]{8,64}", fullmatch=True))
@example("a" * 65)
@example("good-id-\n")
@example("ann@example.org")
def test_a_request_has_the_id_that_was_given_where_it_is_one_else_a_new_one(given_id: str | None) -> None:
    with request_context(given_id) as known:
        assert current_request_id() == known
        assert re.fullmatch(r"[A-Za-z0-9_=-]{8,64}", known)
        usable = given_id is not None and re.fullmatch(r"[A-Za-z0-9_=-]{8,64}", given_id) is not None
        assert (known == given_id) == usable
    assert current_request_id() is None


def test_a_request_within_a_request_ends_before_it_and_other_threads_have_none() -> None:
    seen: list[str | None] = []
    with request_context("outer-request"):
        with request_context("inner-request"):
            thread = threading.Thread(target=lambda: seen.append(current_request_id()))
            thread.start()
            thread.join()
        seen.append(current_request_id())
    assert seen == [None, "outer-request"]


def test_a_plain_line_ends_with_the_request_where_there_is_one() -> None:
    assert Plain().format(record("It is %d", 5)) == f"[{TIME}] [WARNING] app.some: It is 5"
    with request_context("some-request"):
        assert Plain().format(record("It is 5")).endswith("It is 5 request=some-request")


@given(st.text(), st.text())
def test_no_message_can_pretend_to_be_two_lines(message: str, extra: str) -> None:
    for one in (Plain().format(record("%s", message)), Json().format(record("%s", message, public_id=extra))):
        assert "\n" not in one
        assert "\r" not in one


@given(st.text(), st.none() | st.just("some-request"))
def test_a_json_line_has_the_same_fields_whatever_it_says(message: str, given_id: str | None) -> None:
    with request_context(given_id) as known:
        said = json.loads(Json().format(record("%s", message, route="/health", status=200)))
    fields = {"time": TIME, "level": "WARNING", "logger": "app.some", "message": message, "request_id": known}
    assert said == fields | {"route": "/health", "status": 200}


def test_another_process_goes_on_with_the_request_the_style_and_the_level() -> None:
    code = (
        "import json, logging, sys\n"
        "from app.core.logging import configure, continue_context, export_context, request_context\n"
        "configure('json', logging.INFO)\n"
        "with request_context('some-request'): passed = json.dumps(export_context())\n"
        "logging.getLogger().handlers.clear()\n"  # as in the other one
        "with continue_context(json.loads(passed)):\n"
        "    logging.getLogger('x').info('within'); logging.getLogger('x').debug('never')\n"
        "logging.getLogger('x').info('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["message"], line["request_id"]) for line in lines] == [("within", "some-request"), ("after", None)]


def test_a_text_is_new_once_a_day() -> None:
    now = 5.0
    once = Once(lambda: now)
    assert [once.is_new("a"), once.is_new("b"), once.is_new("a")] == [True, True, False]
    now += DAY
    assert [once.is_new("a"), once.is_new("a")] == [True, False]
