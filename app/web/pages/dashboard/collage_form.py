"""The form that asks for a collage: how many people, which canvas and background, who is left out or pinned."""

from itertools import zip_longest

from flask import request

from app.services.collage import layout
from app.services.collage.finish import finish
from app.services.collage.layout import places
from app.services.collage.plan import Parameters
from app.web.http.form_fields import parse_number
from app.web.services import services

DEFAULTS = {"photos": "", "width": "4096", "height": "4096", "duplicates": "", "background": "", "look": ""}


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
