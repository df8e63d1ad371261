"""Every view declares who may use it, with one of this folder's decorators; a test finds the view that does not."""

from collections.abc import Callable
from typing import ParamSpec

from flask.typing import ResponseReturnValue

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def anyone(view: View[P]) -> View[P]:
    """For everyone."""
    return declared("anyone", view)


def declared(who: str, view: View[P]) -> View[P]:
    """The view, on which stands who may use it."""
    view.access = who  # type: ignore[attr-defined]
    return view
