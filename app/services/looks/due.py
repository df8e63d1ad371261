"""Whether a look of a photo has to be made. Pure."""

from typing import Literal

from app.services.looks.records import Record

State = Literal["current", "missing", "stale", "failed"]


def state(number: int, recipe: str, made: Record | None, failed: Record | None) -> State:
    """The state of a look: `number` and `recipe` are today's, of the photo and of the look.

    A failure counts until the photo or the recipe changes.
    """
    if _is_of(made, number, recipe):
        return "current"
    if _is_of(failed, number, recipe):
        return "failed"
    return "missing" if made is None else "stale"


def _is_of(record: Record | None, number: int, recipe: str) -> bool:
    return record is not None and (record.number, record.recipe) == (number, recipe)
