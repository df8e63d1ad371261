"""The form that asks for a collage: how many people, which canvas and background, who is left out or pinned,
which picture people show together."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest

from flask import request

from app.core import limits
from app.core.errors import BadParameters
from app.services.collage import layout
from app.services.collage.finish import finish
from app.services.collage.layout import places
from app.services.collage.mosaic import picture
from app.services.collage.mosaic.wish import MOST_REPEATS, MOST_TINT, Mosaic
from app.services.collage.plan import Parameters
from app.web.http.form_fields import parse_number
from app.web.http.photo_form import PhotosBusy, PhotoTooLarge
from app.web.services import services

DEFAULTS = {
    **{"photos": "", "width": "4096", "height": "4096", "duplicates": "", "background": "", "look": ""},
    **{"repeat": "", "tint": ""},
}


def fields() -> dict[str, str]:
    """The fields as they were sent; a button for another grid or canvas overrides what was typed."""
    sent = {key: request.values.get(key, default) for key, default in DEFAULTS.items()}
    sent["photos"] = request.values.get("take") or sent["photos"]
    width, times, height = request.values.get("canvas", "").partition("x")
    return sent | ({"width": width, "height": height} if times else {})


def pinned() -> dict[str, str]:
    """The place of each pinned public ID, as it was typed.

    Each line of the form is a `pin` and its `place`; the buttons `seat` and `unseat` add and remove one.
    """
    typed = zip_longest(request.values.getlist("pin"), request.values.getlist("place"), fillvalue="")
    wanted = {public_id: place.strip() or places.MIDDLE for public_id, place in typed if public_id}
    for public_id in request.values.getlist("seat"):
        wanted.setdefault(public_id, places.MIDDLE)
    for public_id in request.values.getlist("unseat"):
        wanted.pop(public_id, None)
    return wanted


@contextlib.contextmanager
def with_picture() -> Iterator[Callable[[], Parameters]]:
    """As `parameters`, of a form that may hold the picture of a mosaic.

    Raises BadParameters if the form is too large; the function that it yields raises BadParameters, DecoderFailed.
    """
    arrivals = services().arrivals
    try:
        with arrivals.form(), arrivals.photo("mosaic") as file:
            yield lambda: replace(parameters(), mosaic=_mosaic(file) if file else None)
    except PhotoTooLarge:
        raise BadParameters(f"The picture of a mosaic may have {limits.PICTURE_BYTES / 1e6:g} MB.") from None
    except PhotosBusy:
        raise BadParameters("Other pictures are being received; try again in a moment.") from None


def _mosaic(file: bytes) -> Mosaic:
    sent = fields()
    repeat = parse_number("repeat", sent["repeat"].strip() or "1", 1, MOST_REPEATS)
    try:
        tint = float(sent["tint"].strip() or "0")
    except ValueError:
        raise BadParameters(f"tint must be a number from 0 to {MOST_TINT:g}.") from None
    return Mosaic(picture.target(file), repeat, tint)


def parameters() -> Parameters:
    """Raises BadParameters."""
    sent = fields()
    width, height = (
        parse_number(side, sent[side].strip() or DEFAULTS[side], layout.SHORTEST, layout.LONGEST)
        for side in ("width", "height")
    )
    photos = sent["photos"].strip()
    return Parameters(
        photos=parse_number("photos", photos, 1) if photos else None,
        width=width,
        height=height,
        exclude=frozenset(request.values.getlist("exclude")),
        duplicates=bool(sent["duplicates"]),
        finish=finish(background=sent["background"].strip() or None),
        pin=places.pins(pinned()),
        look=services().used_look(sent["look"]) if sent["look"] else None,
    )
