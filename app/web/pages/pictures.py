"""A photo's pictures, for any page. There is no route here, so that each page declares who may see them.

Pages add `?v=<version>` (see `Photos.versions`) to the addresses of pictures: browsers then keep a picture for a minute
without asking, and a replaced photo has another address.
"""

import hashlib
import logging
from typing import Literal

from flask import Response, request

from app.adapters import imaging
from app.adapters.store.photos.paths import VARIANTS
from app.core.errors import BadPublicId, NotFound, PictureError, SettingError
from app.services.media import keys
from app.services.media.media import KEPT
from app.web.services import services

LOG = logging.getLogger(__name__)
Variant = Literal["thumb", "small", "medium", "full", "original"]
FOR_A_MINUTE = "private, max-age=60"  # how long a browser may show somebody who has withdrawn
THUMB = (150, 200)
ASK_AGAIN = "private, no-cache"


def picture(campaign: str, public_id: str, variant: Variant | str) -> Response:
    """The response to a GET or HEAD of a picture. The caller must have checked access.

    `thumb` fits into 200×200, as made at arrival; `small` is the intermediate, a PNG of 300×400; `full` is the archive
    without its metadata, `original` the same as a download. A missing `thumb` or `small` is answered with `full`.
    What is in object storage is answered with a redirect to it. With `?look=` in the address it is what that look made
    of the photo. Raises NotFound, StoreUnavailable.
    """
    if look := request.args.get("look"):
        return in_look(campaign, public_id, "full" if variant == "medium" else variant, look)
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
    if there and (elsewhere := _elsewhere(campaign, public_id, variant)):
        return elsewhere
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


def _elsewhere(campaign: str, public_id: str, variant: str) -> Response | None:
    """A redirect to object storage; None where the picture is not there, so that this service sends its own."""
    media, store = services().media, services().store
    if media is None or variant not in keys.VARIANTS:
        return None
    number = store.photos.version(campaign, public_id)
    try:
        address = None if number is None else media.address(campaign, public_id, variant, number)
    except SettingError as error:  # no credentials
        LOG.warning("Pictures are not taken from object storage: %s", error)
        address = None
    if address is None:
        return None
    return Response(status=302, headers={"Location": address, "Cache-Control": f"private, max-age={KEPT}"})


def in_look(campaign: str, public_id: str, variant: str, look: str) -> Response:
    """The response to a GET or HEAD of what a look made of a photo. The caller must have checked access.

    `thumb` is 150×200 where the look has that, else 300×400 as `small`; `full` is the result, `original` the same as a
    download. Raises NotFound, also where the result shows a former photo; StoreUnavailable.
    """
    store = services().store
    nothing = NotFound(f"The campaign {campaign} has no photo {public_id[:200]} in the look {look[:64]!r}.")
    if look not in services().looks:
        raise nothing
    try:
        there = store.photos.has(services().campaign(campaign), public_id)
        number = store.looks.number(campaign, look, public_id) if there else None
    except BadPublicId as error:
        raise NotFound(str(error)) from error
    if number is None or number != store.photos.version(campaign, public_id):
        raise nothing
    if variant in ("full", "original"):
        found = store.looks.result(campaign, look, public_id)
        data, kind = found or (b"", "")
    else:
        data, kind = store.looks.intermediate(campaign, look, public_id) or b"", "png"
        copy = imaging.copies.find(data, len(data), *THUMB) if variant == "thumb" and data else None
        data, kind = (copy, "jpg") if copy else (imaging.copies.without(data) if data else data, kind)
    if not data:
        raise nothing
    digest = hashlib.sha256(data).hexdigest()[:16]  # a changed recipe makes another picture of the same version
    answer = _answer(data, f"{look}-{variant}-{digest}", number, "image/png" if kind == "png" else "image/jpeg")
    if variant == "original":
        name = store.looks.path(campaign, look, public_id, f".{kind}").name
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
