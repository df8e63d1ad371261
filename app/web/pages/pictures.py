"""A photo's pictures, for any page. There is no route here, so that each page declares who may see them.

Pages add `?v=<version>` (see `Photos.versions`) to the addresses of pictures: browsers then keep a picture for a minute
without asking, and a replaced photo has another address.
"""

from typing import Literal

from flask import Response, request

from app.adapters import imaging
from app.adapters.store.photos.paths import VARIANTS
from app.core.errors import BadPublicId, NotFound, PictureError
from app.web.services import services

Variant = Literal["thumb", "medium", "full", "original"]
FOR_A_MINUTE = "private, max-age=60"  # how long a browser may show somebody who has withdrawn
ASK_AGAIN = "private, no-cache"


def picture(campaign: str, public_id: str, variant: Variant | str) -> Response:
    """The response to a GET or HEAD of a picture. The caller must have checked access.

    `thumb` fits into 200×200, `medium` is 1200×1600, each as made at arrival, or the next larger one if it is missing;
    `full` is the archive without its metadata, `original` the same as a download. Raises NotFound, StoreUnavailable.
    """
    if variant not in (*VARIANTS, "full", "original"):
        raise NotFound(f"Photos have no picture {variant[:40]!r}.")
    store = services().store
    try:
        # a photo exists if its archive does; an interrupted removal may leave other files
        there = store.photos.has(services().campaign(campaign), public_id)
    except BadPublicId as error:
        raise NotFound(str(error)) from error
    for name in VARIANTS[VARIANTS.index(variant) :] if there and variant in VARIANTS else ():
        found = store.photos.variant(campaign, public_id, name)
        if found is not None:
            data, version = found
            return _answer(data, f"{name}-{version}-{len(data)}", version if name == variant else None)
    archive = store.photos.archive(campaign, public_id) if there else None
    if archive is None:
        raise NotFound(f"The campaign {campaign} has no photo {public_id}.")
    try:
        data = imaging.bare(archive)
    except PictureError as error:
        raise NotFound(f"The archive of {public_id} in {campaign} is broken: {error}") from error
    shown = store.photos.version(campaign, public_id)
    answer = _answer(data, f"full-{shown}-{len(data)}", None if variant in VARIANTS else shown)
    if variant == "original":
        name = store.photos.archive_path(campaign, public_id).name
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _answer(data: bytes, tag: str, version: int | None) -> Response:
    """304 if the browser has it already. `version`: None for a substitute of a missing picture."""
    answer = Response(data, mimetype="image/jpeg")
    answer.set_etag(tag)
    final = version is not None and request.args.get("v") == str(version)
    answer.headers["Cache-Control"] = FOR_A_MINUTE if final else ASK_AGAIN
    answer.make_conditional(request)
    return answer
