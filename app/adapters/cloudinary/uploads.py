"""The Upload API: pictures that are brought into an account, signed, through the official SDK.

An upload never replaces anything (`overwrite` is off). The digest of a picture's bytes goes into its context, where
lists show it: so an import recognizes what it has uploaded, also under another name.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from app.adapters.cloudinary import sdk
from app.adapters.cloudinary.asset import DIGEST, digest_in
from app.adapters.cloudinary.public_ids import check_public_id
from app.adapters.cloudinary.quota import Quota
from app.core import limits
from app.core.config import Account
from app.core.errors import CloudinaryUnavailable, PictureError, nameless

REQUEST_BYTES = 100_000_000  # of one upload, whatever the account (the SDK's docs/upload-image.md)


def digest(data: bytes) -> str:
    """What stands for a picture's bytes in the context of its asset."""
    return hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str:
    """The digest of a file of any length. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class NewPicture:
    """A picture to upload. `file`: its name with the ending; `folder`: None if it is part of the public ID."""

    public_id: str
    data: bytes
    file: str
    folder: str | None
    tags: tuple[str, ...] = ()
    context: Mapping[str, str] | None = None


class Uploads:
    """Uploads to one account. Thread-safe. `quota`: whether Cloudinary has refused for now."""

    def __init__(self, account: Account) -> None:
        # see `app.adapters.cloudinary.sdk`
        import cloudinary.uploader

        self._upload = cloudinary.uploader.upload
        self._exceptions = cloudinary.exceptions
        self._options = sdk.options(account, limits.UPLOAD_SECONDS)
        self.quota = Quota()
        pool = cloudinary.uploader._http.connection_pool_kw
        pool["retries"] = urllib3.Retry(connect=2, read=0, redirect=0, status=0, other=0)
        pool["maxsize"] = limits.UPLOADS

    def upload(self, picture: NewPicture) -> bool:
        """Uploads a picture for manual moderation; returns whether these bytes were there already under its public ID.

        Raises BadPublicId; PictureError where Cloudinary refuses the picture, or another one has its public ID;
        CloudinaryUnavailable.
        """
        check_public_id(picture.public_id)
        mark = digest(picture.data)
        options: dict[str, Any] = {"public_id": picture.public_id, "overwrite": False, "moderation": "manual"}
        options |= {"context": dict(picture.context or {}) | {DIGEST: mark}, "tags": list(picture.tags)}
        if picture.folder is not None:
            options |= {"asset_folder": picture.folder, "display_name": picture.file.rpartition(".")[0].strip()[:255]}
        answer = self._call(picture, options)
        if answer.get("public_id") != picture.public_id:
            raise CloudinaryUnavailable("Cloudinary did not say whether it has stored the picture.")
        if not answer.get("existing"):
            return False
        if digest_in(answer) != mark and not is_same(answer.get("etag"), picture.data):
            raise PictureError(f"another picture is in Cloudinary as {picture.public_id}")
        return True

    def upload_by(self, preset: str, picture: NewPicture) -> str:
        """Uploads a picture as an upload preset says; returns its public ID, to which the preset may add a folder.

        Raises what `upload` raises.
        """
        check_public_id(picture.public_id)
        answer = self._call(picture, {"public_id": picture.public_id, "upload_preset": preset})
        return str(answer["public_id"])

    def _call(self, picture: NewPicture, options: Mapping[str, Any]) -> Mapping[str, Any]:
        exceptions = self._exceptions
        try:
            answer = self._upload((picture.file, picture.data), **self._options, **options)
        except exceptions.RateLimited as error:
            if "subscription" in str(error):  # the same status for an add-on that the account lacks
                raise CloudinaryUnavailable(f"Cloudinary refuses the upload: {_message(error)}") from error
            raise CloudinaryUnavailable(
                f"Cloudinary takes no more uploads for now: {_message(error)}",
                retry_after=self.quota.refused(str(error)),
                limit_reached=True,
            ) from error
        except exceptions.BadRequest as error:
            raise PictureError(f"Cloudinary refuses it: {_message(error)}") from error
        except (exceptions.AuthorizationRequired, exceptions.NotAllowed) as error:
            raise CloudinaryUnavailable(
                f"Cloudinary refuses the credentials; check CLOUDINARY_URL: {_message(error)}"
            ) from error
        except Exception as error:  # as in `app.adapters.cloudinary.sdk`
            raise CloudinaryUnavailable(f"The upload failed: {_message(error)}") from error
        if not isinstance(answer.get("public_id"), str) or not answer.get("asset_id"):
            raise CloudinaryUnavailable("Cloudinary did not say whether it has stored the picture.")
        self.quota.accepted()
        return answer  # type: ignore[no-any-return]


def is_same(etag: str | None, data: bytes) -> bool:
    """Whether these bytes are those of an asset with this etag (their MD5, unless Cloudinary has changed them)."""
    return etag == hashlib.md5(data, usedforsecurity=False).hexdigest()


def _message(error: Exception) -> str:
    """The SDK's message on one line, without pages, addresses and full stop."""
    return nameless(" ".join(str(error).partition("<")[0].split()))[:200].rstrip(" .-") + "."
