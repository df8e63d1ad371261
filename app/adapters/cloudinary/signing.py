"""Signs uploads that a browser sends straight to Cloudinary: what is stored, and where, is decided here.

The browser adds the file and nothing else, since any other field would break the signature. Cloudinary takes a signed
upload up to an hour after its timestamp, and has no field for a shorter time
(https://cloudinary.com/documentation/authentication_signatures), so the timestamp lies in the past. Nor has it one for
the number of bytes: the account's own limit holds, and a transformation on arrival limits the pixels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.adapters.cloudinary import sdk
from app.adapters.cloudinary.public_ids import check_public_id
from app.core import limits
from app.core.config import Account

LIFETIME = 3600  # seconds that Cloudinary takes a signature for
FORMATS = ("jpg", "png", "webp", "heic", "avif")
LARGEST = {"width": 4000, "height": 4000, "crop": "limit"}  # pixels; what is larger is made smaller on arrival


@dataclass(frozen=True)
class SignedUpload:
    """A form for one upload: where to send it, and its fields; the browser adds `file`."""

    url: str
    fields: Mapping[str, str]


class Signer:
    """Signs uploads to one account. Makes no call."""

    def __init__(self, account: Account) -> None:
        # see `app.adapters.cloudinary.sdk`
        import cloudinary.utils

        self._utils = cloudinary.utils
        self._options = sdk.options(account, limits.UPLOAD_SECONDS)

    @property
    def url(self) -> str:
        return str(self._utils.cloudinary_api_url("upload", resource_type="image", **self._options))

    @property
    def origin(self) -> str:
        """The origin of `url`, for a Content-Security-Policy."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def sign(self, public_id: str, folder: str | None, context: Mapping[str, str], now: float) -> SignedUpload:
        """A form for one picture, which then waits for a moderator; it never replaces another one.

        `folder`: None if it is part of the public ID; `now`: seconds since 1970. Raises BadPublicId.
        """
        check_public_id(public_id)
        params = self._utils.build_upload_params(
            public_id=public_id,
            overwrite=False,
            moderation="manual",
            context=dict(context),
            allowed_formats=list(FORMATS),
            transformation=dict(LARGEST),
            **({} if folder is None else {"asset_folder": folder}),
        )
        params["timestamp"] = int(now) - LIFETIME + limits.SIGNATURE_SECONDS
        signed = self._utils.sign_request(params, self._options)
        return SignedUpload(self.url, {name: str(value) for name, value in signed.items()})
