"""The gallery: all photos of a campaign, for its team, behind the campaign's own password.

Without the password no response shows a photo, or how many there are.
"""

from math import ceil

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import NotFound
from app.web.auth.gallery import (
    GALLERY_COOKIE,
    GalleryClosed,
    LoginNeeded,
    end_gallery_session,
    gallery_member,
    gallery_session,
    gallery_visitor,
)
from app.web.auth.session import LIFETIME
from app.web.pages.pictures import Variant, picture
from app.web.pages.tiles import tiles
from app.web.services import services

blueprint = Blueprint("gallery", __name__, url_prefix="/campaigns/<campaign>")

A_PAGE = 60  # photos


@blueprint.get("/photos")
@gallery_member
def page(campaign: Campaign) -> ResponseReturnValue:
    """One page of the photos, newest first. Raises NotFound beyond the last page."""
    every = services().store.photos.all(campaign.name)[::-1]
    looks, look = _looks(campaign), request.args.get("look", "")
    if look:
        if look not in looks:
            raise NotFound("There are no photos in this look.")
        every = [one for one in every if one.public_id in looks[look][1]]
    pages = max(1, ceil(len(every) / A_PAGE))
    number = _page(pages)
    first = (number - 1) * A_PAGE
    shown = tiles(campaign.name, every[first : first + A_PAGE], look=look)
    return _answer(
        "gallery/gallery.html",
        campaign,
        photos=shown,
        first=first,
        people=len(every),
        page=number,
        pages=pages,
        looks=[(name, title) for name, (title, _) in looks.items()],
        look=look,
    )


def _looks(campaign: Campaign) -> dict[str, tuple[str, frozenset[str]]]:
    """The looks in which the campaign has photos: title, and the public IDs of those with a current result."""
    given = services()
    found = {
        look.name: (look.title, frozenset(given.standings.of(campaign.name, look).by_state["current"]))
        for look in given.looks.values()
    }
    return {name: one for name, one in found.items() if one[1]}


@blueprint.get("/photos/<path:public_id>/small.png", defaults={"variant": "small"})
@blueprint.get("/photos/<path:public_id>/<any(thumb, medium, full, original):variant>.jpg")
@gallery_member
def photo(campaign: Campaign, public_id: str, variant: Variant) -> ResponseReturnValue:
    """One picture of a photo."""
    return picture(campaign.name, public_id, variant)


@blueprint.post("/login")
@gallery_visitor
def login(campaign: Campaign) -> ResponseReturnValue:
    """Starts a session and redirects to the photos; with a wrong password, shows the form again."""
    cookie = gallery_session(campaign, request.form.get("password", ""))
    if cookie is None:
        return _answer("gallery/login.html", campaign, 403, wrong=True)
    answer = make_response(redirect(url_for("gallery.page", campaign=campaign.name), 303))
    answer.set_cookie(
        GALLERY_COOKIE,
        cookie,
        max_age=LIFETIME,
        path=_cookie_path(campaign),
        secure=request.is_secure or (services().settings.public_url or "").startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return answer


@blueprint.post("/logout")
@gallery_visitor
def logout(campaign: Campaign) -> ResponseReturnValue:
    """Ends the session and clears the browser's cache.

    Raises StoreUnavailable if the session cannot be ended. The browser then keeps its cookie, to try again.
    """
    end_gallery_session(campaign)
    answer = make_response(redirect(url_for("gallery.page", campaign=campaign.name), 303))
    answer.delete_cookie(GALLERY_COOKIE, path=_cookie_path(campaign), httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@blueprint.errorhandler(LoginNeeded)
def ask_for_password(error: LoginNeeded) -> ResponseReturnValue:
    """The form; 403 where a picture was requested, so that nothing takes the form for one."""
    status = 200 if request.endpoint == "gallery.page" else 403
    return _answer("gallery/login.html", error.campaign, status, wrong=False)


@blueprint.errorhandler(GalleryClosed)
def say_that_it_is_closed(error: GalleryClosed) -> ResponseReturnValue:
    """410, also for pictures."""
    return _answer("gallery/logged_out.html", error.campaign, 410)


def _answer(template: str, campaign: Campaign, status: int = 200, **values: object) -> Response:
    answer = make_response(render_template(template, campaign=campaign, **values), status)
    # lets older browsers say which of our pages a form is on; these addresses contain no secret
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _page(pages: int) -> int:
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if not 1 <= number <= pages:
        raise NotFound("There is no such page of photos.")
    return number


def _cookie_path(campaign: Campaign) -> str:
    """The cookie is sent to this campaign's gallery alone, so that a browser can have one for each."""
    return url_for("gallery.page", campaign=campaign.name).removesuffix("/photos")
