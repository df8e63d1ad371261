"""The wall, for everyone if a campaign is public, and for the holders of personal links.

A page, tiles for its viewer, the whole picture for browsers without a viewer, and pictures of the holder's place to
share. Nothing here contains a name or a public ID; only the page of a personal link counts as an open.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import CollageUnsound, NotFound, StoreUnavailable
from app.services.collage import derivatives
from app.services.tracking.tokens import Claims
from app.services.wall.cache import Cache
from app.services.wall.wall import SHAPES, Sheet, Wall, Walls
from app.web.auth.access import anyone
from app.web.auth.public import public
from app.web.auth.token import personal
from app.web.languages import speak
from app.web.pages.wall import page as wall_page
from app.web.services import services

LOG = logging.getLogger(__name__)
blueprint = Blueprint("wall", __name__)

WHOLE = derivatives.name(1920)
EVERYONE, OWN = "no-cache", "private, no-cache"  # checked again each time: somebody may have withdrawn


@blueprint.record_once
def _made_once(state: BlueprintSetupState) -> None:
    store = state.app.extensions["collagen"].store
    state.app.extensions["collagen.walls"] = Walls(store, Cache(store.path))


def _walls() -> Walls:
    made: Walls = current_app.extensions["collagen.walls"]
    return made


@blueprint.url_value_preprocessor
def _set_aside(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keeps a tile's position from the view: `personal` passes it the token's claims alone."""
    if endpoint == f"{blueprint.name}.own_tile" and values:
        g.tile = tuple(values.pop(name) for name in ("level", "x", "y"))


# --- For everyone


@blueprint.get("/wall/<campaign>/<collage>")
@anyone
def page(campaign: str, collage: str) -> ResponseReturnValue:
    """The wall of a public campaign."""
    return everyones(public(campaign), collage, "wall/wall.html")


@blueprint.get("/wall/<campaign>/<collage>/<int:revision>/<int:level>/<int:x>_<int:y>.jpg")
@anyone
def tile(campaign: str, collage: str, revision: int, level: int, x: int, y: int) -> ResponseReturnValue:
    """A tile of that revision; 404 once there is a newer one."""
    public(campaign)
    return _picture(_walls().tile(_revision(campaign, collage, revision), level, x, y), EVERYONE)


@blueprint.get("/wall/<campaign>/<collage>/<int:revision>/collage.jpg")
@anyone
def whole(campaign: str, collage: str, revision: int) -> ResponseReturnValue:
    """The picture in one piece."""
    public(campaign)
    return _whole(_revision(campaign, collage, revision), EVERYONE)


def everyones(rules: Campaign, collage: str, template: str) -> Response:
    """A page with the wall of a public campaign, in its language."""
    speak(rules.language)
    wall = _walls().wall(rules.name, collage)
    held = _walls().held(wall)
    named: dict[str, Any] = {"campaign": rules.name, "collage": collage, "revision": wall.revision}
    tiles = url_for("wall.tile", **named, level=0, x=0, y=0).removesuffix("0/0_0.jpg")
    return wall_page.page(rules, wall, held, template=template, tiles=tiles, whole=url_for("wall.whole", **named))


# --- For the holder of a token


@blueprint.get("/track/<token>/wall")
@personal("image")
def own_page(claims: Claims) -> ResponseReturnValue:
    """The wall, and the holder's place on it. A GET counts as an open, a HEAD does not."""
    wall = _walls().wall(claims.campaign, claims.collage)
    own = {} if request.view_args is None else {"token": request.view_args["token"]}
    tiles = url_for("wall.own_tile", **own, level=0, x=0, y=0).removesuffix("0/0_0.jpg")
    links = {shape: url_for(f"wall.place_{shape}", **own, r=wall.revision) for shape in SHAPES}
    answer = wall_page.page(
        services().campaigns[claims.campaign],
        wall,
        _walls().held(wall),
        claims,
        tiles=tiles,
        whole=url_for("wall.own_whole", **own),
        places=links,
    )
    if request.method == "GET":
        services().recorder.record(claims, dict(request.headers), datetime.now(UTC))
    return answer


@blueprint.get("/track/<token>/tiles/<int:level>/<int:x>_<int:y>.jpg")
@personal("image")
def own_tile(claims: Claims) -> ResponseReturnValue:
    """A tile; 404 if the page (`?r=`) is of an older revision. Records nothing."""
    return _picture(_walls().tile(_own_wall(claims), *g.tile), OWN)


@blueprint.get("/track/<token>/wall.jpg")
@personal("image")
def own_whole(claims: Claims) -> ResponseReturnValue:
    """The picture in one piece. Records nothing."""
    return _whole(_own_wall(claims), OWN)


@blueprint.get("/track/<token>/place-square.jpg")
@personal("image")
def place_square(claims: Claims) -> ResponseReturnValue:
    """The holder's place in the wall, 1080×1080. Records nothing."""
    return _picture(_walls().place(_own_wall(claims), claims.public_id, "square"), OWN)


@blueprint.get("/track/<token>/place-story.jpg")
@personal("image")
def place_story(claims: Claims) -> ResponseReturnValue:
    """The holder's place in the wall, 1080×1920. Records nothing."""
    return _picture(_walls().place(_own_wall(claims), claims.public_id, "story"), OWN)


# --- Shared by both


def _revision(campaign: str, collage: str, revision: int) -> Wall:
    wall = _walls().wall(campaign, collage)
    if wall.revision != revision:
        raise NotFound("This wall has been rebuilt.")
    return wall


def _own_wall(claims: Claims) -> Wall:
    revision = request.args.get("r", type=int)
    if revision is not None:
        return _revision(claims.campaign, claims.collage, revision)
    return _walls().wall(claims.campaign, claims.collage)


def _picture(sheet: Sheet, caching: str) -> Response:
    """A picture; 304, without making it, if the browser has it."""
    answer = Response(content_type="image/jpeg")
    answer.set_etag(sheet.key.hex()[:32])
    answer.headers["Cache-Control"] = caching
    if request.if_none_match.contains(sheet.key.hex()[:32]):
        answer.status_code = 304
    else:
        answer.set_data(_walls().jpeg(sheet))
    return answer


def _whole(wall: Wall, caching: str) -> Response:
    """The collage's own picture while everyone on it is still there, else one without those who are gone."""
    walls = _walls()
    if len(walls.held(wall)) < len(wall.seats):
        return _picture(walls.whole(wall), caching)
    collages = services().store.collages
    collages.file(wall.campaign, wall.collage, WHOLE)  # raises NotFound where the manifest does not name it
    data = collages.read(wall.campaign, wall.collage, WHOLE)
    if data is None:
        raise NotFound("There is no such picture.")
    answer = make_response(data)
    answer.content_type = "image/jpeg"
    answer.headers["Cache-Control"] = caching
    answer.add_etag()
    answer.make_conditional(request)
    return answer


# --- Errors


PAGES = ("wall.page", "wall.own_page")
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.errorhandler(NotFound)
def _not_found(error: NotFound) -> ResponseReturnValue:
    """A helpful page instead of a page, one line instead of a picture."""
    values = request.view_args or {}
    if request.endpoint == "wall.page":
        return wall_page.missing(values["campaign"], values["collage"])
    if request.endpoint == "wall.own_page":
        return wall_page.missing_own(values["token"])
    return "There is no such picture.\n", 404, TEXT


@blueprint.errorhandler(CollageUnsound)
def _unsound(error: CollageUnsound) -> ResponseReturnValue:
    """Not found, for visitors; the log tells the administrator what to do."""
    LOG.warning("The wall cannot be shown: %s", services().without_paths(error))
    return _not_found(NotFound(error.public))


@blueprint.errorhandler(StoreUnavailable)
def _unavailable(error: StoreUnavailable) -> ResponseReturnValue:
    LOG.warning("The wall cannot be shown: %s", services().without_paths(error))
    if request.endpoint in PAGES:
        return wall_page.message("unavailable", 503)
    return f"{error.public}\n", 503, TEXT | {"Retry-After": str(wall_page.AGAIN)}
