"""The parameters of the admin's API: a JSON object in which everything is optional."""

import json
from collections.abc import Collection
from typing import Any

from flask import request

from app.core.errors import BadParameters


def parameters(known: Collection[str], example: str) -> dict[str, Any]:
    """The parameters in the current request's body; an empty body has none.

    Raises BadParameters for anything but a JSON object, showing `example`, and for a parameter that is not `known`.
    """
    body = request.get_data()
    try:
        found = json.loads(body) if body else {}
    except (ValueError, RecursionError):  # not JSON, or a million brackets
        found = None
    if not isinstance(found, dict):
        raise BadParameters(f"The parameters must be a JSON object, such as {example}.")
    for key in found:
        if key not in known:
            raise BadParameters(f"{str(key)[:40]!r} is not a parameter; known are {', '.join(known)}.")
    return found


def check_boolean(name: str, value: object) -> None:
    """Raises BadParameters."""
    if not isinstance(value, bool):
        raise BadParameters(f"{name} must be true or false.")
