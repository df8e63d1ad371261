"""The picture in a mail, for whoever it was sent to; that it was asked for is recorded beside."""

import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue

from app.collage import derivatives
from app.errors import NotFound, StoreUnavailable
from app.store import Store
from app.store.collages import MANIFEST, REPLACED
from app.store.files import using
from app.tracking.tokens import Claims
from app.web.access import personal
from app.web.services import services

blueprint = Blueprint("track", __name__, url_prefix="/track/<token>")

PICTURE = derivatives.name(1024)
PATIENCE = 1.0  # seconds, while a collage takes the place of its last revision


@blueprint.get("/collage.jpg")
@personal("image")
def picture(claims: Claims) -> ResponseReturnValue:
    """The collage's newest revision, whole. A GET is one open, a HEAD none."""
    data = _picture(services().store, claims.campaign, claims.collage)
    if request.method == "GET":
        services().recorder.record(claims, dict(request.headers), datetime.now(UTC))
    answer: Response = make_response(data)
    answer.content_type = "image/jpeg"
    # without validators either, so that it is asked for whenever it is looked at, and the newest is seen
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # web mail shows it in a page of its own
    return answer


def _picture(store: Store, campaign: str, collage: str) -> bytes:
    """The bytes of the picture. Raises NotFound where there is no such collage, StoreUnavailable.

    While a revision takes the collage's place there is neither, for a moment.
    """
    directory = store.collages.directory(campaign, collage)
    replaced = directory.with_name(f"{REPLACED}{collage}")
    deadline = time.monotonic() + PATIENCE
    with using(directory):
        while (data := _read(store, directory)) is None:
            if not store.root.files.is_directory(replaced):
                data = _read(store, directory)  # the revision may have been put there between the two looks
                break
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"{replaced} was left by a revision that was cut off; the next build mends it.")
            time.sleep(0.01)
    if data is None:
        raise NotFound("There is no picture behind this address any more.")
    return data


def _read(store: Store, directory: Path) -> bytes | None:
    """The picture of the collage in `directory`, None where there is none.

    That there is a manifest says so; to read it, which names everyone, would take longer than all the rest. The bytes
    are read at once, so that the length is right even where a revision takes the collage's place meanwhile.
    """
    return store.root.files.read(directory / PICTURE) if store.root.files.exists(directory / MANIFEST) else None
