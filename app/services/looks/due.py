"""Whether a look of a photo has to be made. Pure."""

from collections.abc import Mapping
from typing import Literal

from app.services.looks.records import Record

State = Literal["current", "missing", "stale", "failed"]


def state(
    number: int, recipe: str, made: Record | None, failed: Record | None, asked: Mapping[str, str] | None = None
) -> State:
    """The state of a look: `number` and `recipe` are today's, of the photo and of the look.

    A failure counts until the photo or the recipe changes. `asked`: notes that a result must have, such as a seed; then
    earlier failures do not count.
    """
    if made is not None and _is_of(made, number, recipe) and not (asked and asked.items() - made.notes.items()):
        return "current"
    if not asked and _is_of(failed, number, recipe):
        return "failed"
    return "missing" if made is None else "stale"


def _is_of(record: Record | None, number: int, recipe: str) -> bool:
    return record is not None and (record.number, record.recipe) == (number, recipe)
