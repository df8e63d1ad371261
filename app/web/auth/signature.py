"""Access for Cloudinary: notifications must carry its signature."""

import time
from functools import wraps

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.adapters.cloudinary import verify
from app.core import limits, metrics
from app.core.errors import BadSignature, NotFound
from app.web.auth.access import P, View, declared
from app.web.services import services

NOT_EXPECTED = "No campaign here has its photos in Cloudinary, so no notifications are expected."


def signed_by_cloudinary(view: View[P]) -> View[P]:
    """Admits notifications signed by Cloudinary. Raises BadSignature otherwise, NotFound if none are expected."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if services().intake is None:
            raise NotFound(NOT_EXPECTED)
        body = request.get_data()
        if request.content_length is None and len(body) >= limits.REQUEST_BYTES:
            raise RequestEntityTooLarge  # a chunked body is silently cut at the limit
        timestamp = request.headers.get("X-Cld-Timestamp", "")
        signature = request.headers.get("X-Cld-Signature", "")
        v2 = request.headers.get("X-Cld-Signature_v2", "")
        try:
            settings = services().settings
            verify(body, timestamp, signature, settings.webhook_secrets, time.time(), v2, settings.signatures)
        except BadSignature:
            metrics.notification("refused")
            raise
        return view(*args, **kwargs)

    return declared("cloudinary", guarded)
