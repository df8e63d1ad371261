"""Applies faults to requests: replaces right answers, or spoils them."""

from __future__ import annotations

import json
import time
from typing import Any

from werkzeug import Response

from scripts.sandbox.standin import delivery
from scripts.sandbox.standin.faults import Fault
from scripts.sandbox.standin.quota import HOUR, refusal_text

HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>"
# These let the call through and spoil its answer: the change is made, and the caller does not learn of it.
AFTERWARDS = {"cut", "missing_fields"}


def json_answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json; charset=utf-8")


def error_answer(status: int, message: str) -> Response:
    return json_answer({"error": {"message": message}}, status)


def instead(fault: Fault) -> Response:
    """A fault's answer in place of the real one; the call then has no effect."""
    details, pictures = fault.details, fault.call == "delivery"
    if fault.kind == "html":
        return Response(HTML, content_type="text/html; charset=utf-8")
    if fault.kind == "empty":
        return Response(b"", content_type="image/jpeg") if pictures else json_answer({})
    if fault.kind == "rate_limit":
        ends = (time.time() // HOUR + 1) * HOUR
        status, message = 420, refusal_text(details.get("limit", 500), ends)
    elif fault.kind == "processing":
        status, message = 423, "Resource is still being processed"
    else:
        status, message = details.get("status", 500), details.get("message", "Internal Server Error")
    if pictures:
        answer = delivery.refuse(status, message)
    elif "body" in details:  # the SDK takes a body without `error` for a success
        answer = json_answer(details["body"], status)
    else:
        answer = error_answer(status, message)
    answer.headers.update(details.get("headers", {}))
    return answer


def without_fields(fault: Fault, answer: Response) -> Response:
    """The answer, and each asset in it, without some fields."""
    body = answer.get_json()
    for part in (body, *body.get("resources", [])):
        for name in fault.details.get("fields", ["asset_folder"]):
            part.pop(name, None)
    answer.set_data(json.dumps(body))
    return answer
