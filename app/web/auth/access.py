"""Every view declares its access with one of this folder's decorators; a test finds views that do not."""

from collections.abc import Callable
from typing import ParamSpec

from flask.typing import ResponseReturnValue

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def anyone(view: View[P]) -> View[P]:
    """Admits everyone."""
    return declared("anyone", view)


def declared(who: str, view: View[P]) -> View[P]:
    """Marks the view with who may use it."""
    view.access = who  # type: ignore[attr-defined]
    return view
