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

Variant = Literal["thumb", "small", "medium", "full", "original"]
FOR_A_MINUTE = "private, max-age=60"  # how long a browser may show somebody who has withdrawn
ASK_AGAIN = "private, no-cache"


def picture(campaign: str, public_id: str, variant: Variant | str) -> Response:
    """The response to a GET or HEAD of a picture. The caller must have checked access.

    `thumb` fits into 200×200, as made at arrival; `small` is the intermediate, a PNG of 300×400; `full` is the archive
    without its metadata, `original` the same as a download. A missing `thumb` or `small` is answered with `full`.
    Raises NotFound, StoreUnavailable.
    """
    if variant == "medium":  # in pages of earlier versions
        variant = "full"
    if variant not in (*VARIANTS, "small", "full", "original"):
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
    shown = store.photos.version(campaign, public_id) if there else None
    small = store.photos.intermediate(campaign, public_id) if there and variant == "small" else None
    if small is not None:
        data = imaging.copies.without(small)
        return _answer(data, f"small-{shown}-{len(data)}", shown, "image/png")
    archive = store.photos.archive(campaign, public_id) if there else None
    if archive is None:
        raise NotFound(f"The campaign {campaign} has no photo {public_id}.")
    try:
        data = imaging.bare(archive)
    except PictureError as error:
        raise NotFound(f"The archive of {public_id} in {campaign} is broken: {error}") from error
    answer = _answer(data, f"full-{shown}-{len(data)}", shown if variant in ("full", "original") else None)
    if variant == "original":
        name = store.photos.archive_path(campaign, public_id).name
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _answer(data: bytes, tag: str, version: int | None, kind: str = "image/jpeg") -> Response:
    """304 if the browser has it already. `version`: None for a substitute of a missing picture."""
    answer = Response(data, mimetype=kind)
    answer.set_etag(tag)
    final = version is not None and request.args.get("v") == str(version)
    answer.headers["Cache-Control"] = FOR_A_MINUTE if final else ASK_AGAIN
    answer.make_conditional(request)
    return answer
