"""The form that asks for a collage: how many people, which canvas and background, who is left out by name."""

from flask import request

from app.services.collage import layout
from app.services.collage.finish import finish
from app.services.collage.plan import Parameters
from app.web.http.form_fields import parse_number

DEFAULTS = {"photos": "", "width": "4096", "height": "4096", "duplicates": "", "background": ""}


def fields() -> dict[str, str]:
    """The fields as they were sent; a button for another grid or canvas overrides what was typed."""
    sent = {key: request.values.get(key, default) for key, default in DEFAULTS.items()}
    sent["photos"] = request.values.get("take") or sent["photos"]
    width, times, height = request.values.get("canvas", "").partition("x")
    return sent | ({"width": width, "height": height} if times else {})


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
    )
