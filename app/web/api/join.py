"""Signs the upload of a photo, for the scripts of the form (`app/web/pages/join`)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.core.config import Campaign
from app.core.errors import BadParameters, NotFound
from app.services.joining.entry import read
from app.web.auth.joining import JoinClosed, TooManyPhotos, count_photo, photo_sender
from app.web.services import services

blueprint = Blueprint("join", __name__)


@blueprint.post("/c/<campaign>/join/signature")
@photo_sender
def sign(campaign: Campaign) -> ResponseReturnValue:
    """The form for one upload to Cloudinary. Raises BadParameters if the fields in the request are not complete."""
    entry = read(request.form)
    problems = entry.problems(required=campaign.form.address == "required")
    if problems:
        raise BadParameters(f"The form is not complete: {', '.join(problems)}.")
    count_photo(campaign)
    signed = services().joining.sign(campaign, entry)
    if signed is None:
        raise NotFound("Photos of this campaign are sent to its form.")
    return {"url": signed.url, "fields": dict(signed.fields)}


@blueprint.errorhandler(JoinClosed)
def closed(error: JoinClosed) -> ResponseReturnValue:
    return {"error": str(error)}, 410


@blueprint.errorhandler(TooManyPhotos)
def too_many(error: TooManyPhotos) -> ResponseReturnValue:
    return {"error": str(error)}, 429, {"Retry-After": str(round(error.wait) + 1)}
