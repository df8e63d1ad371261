"""The content of the wall's pages: how many people, where the viewer is, or why there is no wall. No routes."""

import contextlib
from collections import Counter
from typing import Any

from flask import Response, make_response, render_template, url_for

from app.core.config import Campaign
from app.core.errors import CollageUnsound, NotFound, StoreUnavailable
from app.core.languages import Language
from app.services.collage.status import draft
from app.services.tracking.tokens import Claims
from app.services.wall.geometry import CELL, TILE, Grid
from app.services.wall.wall import SHAPES, Wall
from app.web.languages import language, speak
from app.web.services import services

AGAIN = 10  # seconds after which a page without its wall reloads


def page(
    rules: Campaign,
    wall: Wall,
    held: set[str],
    claims: Claims | None = None,
    template: str = "wall/wall.html",
    **links: Any,
) -> Response:
    """The wall. `held`: the people who are still on it; `claims`: whose link it is; `links`: to its pictures."""
    seat, where = (None, "") if claims is None else _where(wall, held, claims)
    rows = _rows(wall, held, seat)
    return make_response(
        render_template(
            template,
            campaign=rules,
            title=rules.title,
            where=where,
            seat=seat,
            people=len(held),
            left_out=len(wall.left_out),
            wall=wall,
            grid=wall.grid,
            rows=rows,
            place=place(language(), wall.grid, seat, rows) if seat else "",
            cell=CELL,
            tile_size=TILE,
            shapes={name: shape.size for name, shape in SHAPES.items()},
            **links,
        )
    )


def _rows(wall: Wall, held: set[str], seat: tuple[int, int] | None) -> list[tuple[int, int, int]]:
    """Each row's number, how many people are in it, and the viewer's position among them: 0 in all other rows."""
    counts = Counter(row for (_, row), public_id in wall.seats.items() if public_id in held)
    mine = 0 if seat is None else sum(wall.seats.get((col, seat[1])) in held for col in range(seat[0] + 1))
    return [(row + 1, counts[row], mine if seat and seat[1] == row else 0) for row in range(wall.grid.rows)]


def _where(wall: Wall, held: set[str], claims: Claims) -> tuple[tuple[int, int] | None, str]:
    """The seat of the link's holder and "there", or None and why they have none."""
    if not claims.public_id:
        return None, "trial"
    seat = wall.seat(claims.public_id)
    if seat is not None and claims.public_id in held:
        return seat, "there"
    store = services().store
    if store.photos.has(claims.campaign, claims.public_id):
        return None, "left out" if claims.public_id in wall.left_out else "elsewhere"
    return None, "gone"


def place(language: Language, grid: Grid, seat: tuple[int, int], rows: list[tuple[int, int, int]]) -> str:
    """A sentence that says where the viewer is, with no more directions than the wall has."""
    gettext, number = language.gettext, language.number
    _, count, position = rows[seat[1]]
    row = number(seat[1] + 1)
    if sum(row[1] for row in rows) == 1:
        return gettext("Nobody else is on this wall yet.")
    if grid.cols == 1:
        return gettext("You are number %(row)s from the top.") % {"row": row}
    if grid.rows == 1:
        return gettext("You are number %(position)s from the left.") % {"position": number(position)}
    if count == 1:
        return gettext("You are in row %(row)s, on your own.") % {"row": row}
    return gettext("You are in row %(row)s, number %(position)s from the left.") % {
        "row": row,
        "position": number(position),
    }


def missing(campaign: str, collage: str) -> Response:
    """Why there is no public wall. A campaign that is not public must look like one that does not exist."""
    rules = services().campaigns.get(campaign)
    if rules is None or not rules.public:
        return message("nothing", 404)
    speak(rules.language)
    if _is_being_built(campaign, collage):
        return message("building", 503)
    return message("no wall", 404, newest=_newest(campaign))


def missing_own(token: str) -> Response:
    """Why a personal link leads to no wall."""
    tokens = services().tokens
    try:
        rules = None if tokens is None else services().campaigns.get(tokens.read_image(token).campaign)
    except NotFound:
        rules = None
    if rules is None:
        return message("no link", 404)
    speak(rules.language)
    return message("no wall", 404, newest=_newest(rules.name) if rules.public else None)


def message(what: str, status: int, newest: str | None = None) -> Response:
    """A page that says why there is no wall. `newest`: the address of the newest public wall."""
    answer = make_response(render_template("wall/message.html", what=what, again=AGAIN, newest=newest), status)
    if status == 503:
        answer.headers["Retry-After"] = str(AGAIN)
    return answer


def _newest(campaign: str) -> str | None:
    store = services().store
    try:
        for collage in reversed(store.collages.ids(campaign)):
            with contextlib.suppress(NotFound, CollageUnsound):
                store.collages.manifest(campaign, collage)
                return url_for("wall.page", campaign=campaign, collage=collage)
    except StoreUnavailable:
        pass
    return None


def _is_being_built(campaign: str, collage: str) -> bool:
    state = draft(services().store, campaign, collage)
    return state is not None and bool(state["state"] == "building")
