"""The parameters that the admin's API is given: an object of JSON, in which everything is optional."""

import json
from typing import Any

from flask import request

from app.core.errors import BadParameters


def parameters(example: str) -> dict[str, Any]:
    """What the current request's body says; nothing where it is empty. Raises BadParameters, showing `example`."""
    body = request.get_data()
    try:
        given = json.loads(body) if body else {}
    except (ValueError, RecursionError):  # no JSON, or a million brackets
        given = None
    if not isinstance(given, dict):
        raise BadParameters(f"The parameters must be a JSON object, such as {example}.")
    return given
