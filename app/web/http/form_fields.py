"""Whole numbers from forms and JSON. An error names the field, its bounds and what was sent. Pure."""

import re

from app.core.errors import BadParameters

LONGEST = 40  # characters of what was sent that an error repeats
DIGITS = 100  # that are read; a longer number is out of any bounds, and Python refuses to read 5,000
NUMBER = re.compile(r"[+-]?[0-9]+")


def parse_number(name: str, text: str, least: int, most: int | None = None) -> int:
    """The number in a form's field, which may have spaces around it. Raises BadParameters."""
    digits = text.strip()
    if not NUMBER.fullmatch(digits):
        raise BadParameters(f"{name} must be a whole number in digits, {_bounds(least, most)}, not {_shown(text)}.")
    return check_number(name, int(digits[:DIGITS]), least, most)


def check_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number from JSON. Raises BadParameters."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadParameters(f"{name} must be a whole number, {_bounds(least, most)}, not {_shown(value)}.")
    if value < least or (most is not None and value > most):
        raise BadParameters(f"{name} must be {_bounds(least, most)}, not {_shown(value)}.")
    return value


def _bounds(least: int, most: int | None) -> str:
    return f"at least {least}" if most is None else f"from {least} to {most}"


def _shown(value: object) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**DIGITS else "a number of over 100 digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
