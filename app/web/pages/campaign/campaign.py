"""The page of a campaign, and the same for a screen at an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.services.face import codes, sizes
from app.services.face.newest import Collage
from app.web.auth.public import public_visitor
from app.web.http.addresses import absolute
from app.web.pages.campaign.blueprint import A_MINUTE, public_blueprint
from app.web.services import services

blueprint = public_blueprint("campaign", __name__)

PAGE_WIDTHS = (320, 480, 640, 720)  # of the picture on the page: 150 KB of faces at most, whatever the screen
SCREEN_WIDTHS = (1280, 1920, 2560, 3840)
PREVIEW = 1200  # of the picture in link previews


@dataclass(frozen=True)
class Preview:
    """A picture for link previews, by its whole address; sizes in pixels."""

    address: str
    type: str
    width: int
    height: int


@blueprint.get("")
@public_visitor
def page(campaign: Campaign) -> ResponseReturnValue:
    """The newest collage, how many people are in it, and how to join and share."""
    return _answer("campaign/page.html", campaign, PAGE_WIDTHS)


@blueprint.get("/screen")
@public_visitor
def screen(campaign: Campaign) -> ResponseReturnValue:
    """The newest collage as large as the screen; the page renews itself when there is another."""
    return _answer("campaign/screen.html", campaign, SCREEN_WIDTHS)


def _answer(template: str, campaign: Campaign, widths: tuple[int, ...]) -> Response:
    face = services().face
    collage = face.newest.of(campaign.name)
    address = absolute("campaign.page", campaign=campaign.name)
    answer = make_response(
        render_template(
            template,
            campaign=campaign,
            address=address,
            people=face.newest.people(campaign.name),
            collage=collage,
            qr=codes.inline,
            preview=_preview(campaign, collage, address),
            picture=None if collage is None else _picture(campaign, collage, widths),
            made=None if collage is None else datetime.fromisoformat(collage.summary.created_at),
        )
    )
    answer.headers["Cache-Control"] = A_MINUTE
    return answer


def _picture(campaign: Campaign, collage: Collage, widths: tuple[int, ...]) -> dict[str, Any]:
    """The addresses of the picture, each with the collage's version, so that browsers fetch a newer one at once."""
    usual = collage.picture
    version = _version(collage)
    widest = sizes.widest(collage.summary, usual.width)
    made = sorted({min(width, widest) for width in widths})

    def sources(ending: str) -> str:
        return ", ".join(f"{_address(campaign, ending, width, version)} {width}w" for width in made)

    return {
        "width": usual.width,
        "height": usual.height,
        "webp": sources("webp"),
        "jpg": sources("jpg"),
        "src": _address(campaign, "jpg", made[len(made) // 2], version),
        "version": version,
    }


def _preview(campaign: Campaign, collage: Collage | None, page: str) -> Preview:
    """The newest collage; before the first one a QR code, for Open Graph wants a picture of every page."""
    if collage is None:
        side, _ = codes.code(page).symbol_size(scale=codes.DOTS, border=codes.QUIET)
        address = absolute("campaign_files.qr", campaign=campaign.name, kind="png")
        return Preview(address, "image/png", int(side), int(side))
    usual = collage.picture
    width = min(PREVIEW, sizes.widest(collage.summary, usual.width))
    address = absolute(
        "campaign_pictures.picture", campaign=campaign.name, ending="jpg", width=width, v=_version(collage)
    )
    return Preview(address, "image/jpeg", width, max(1, round(usual.height * width / usual.width)))


def _version(collage: Collage) -> str:
    """Differs once the picture has changed."""
    return f"{collage.summary.id}-{collage.summary.revision}-{collage.shown}"


def _address(campaign: Campaign, ending: str, width: int, version: str) -> str:
    return url_for("campaign_pictures.picture", campaign=campaign.name, ending=ending, width=width, v=version)
