"""What is true of an asset now, as Cloudinary's Admin API says through the official SDK; lists of assets; rejecting and
deleting one."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import urllib3

from app.adapters.cloudinary import delivery, reach
from app.adapters.cloudinary.asset import TYPES, Asset, FolderMissing, Page, read_asset, read_page
from app.adapters.cloudinary.connection import new_session
from app.adapters.cloudinary.public_ids import check_public_id
from app.adapters.cloudinary.quota import Quota
from app.core import limits
from app.core.config import Account
from app.core.errors import CloudinaryUnavailable

T = TypeVar("T")

CONNECTIONS = 8  # that are kept for the next call
ROWS = 500  # in one page of a list; Cloudinary gives no more


class Cloudinary:
    """An account of Cloudinary's. Safe to use from many threads. `quota`: the calls made, and those left."""

    def __init__(self, account: Account, delivery_hosts: Collection[str]) -> None:
        # The SDK reads the environment when it is imported and raises on what it does not like; by now the settings
        # have been checked, and a wrong one has been named.
        import cloudinary.api
        import cloudinary.utils
        from cloudinary.api_client import call_api

        self._sdk = cloudinary
        self.cloud_name = account.cloud_name
        self._options = {
            "cloud_name": account.cloud_name,
            "api_key": account.api_key,
            "api_secret": account.api_secret,
            "upload_prefix": account.upload_prefix,
            "timeout": limits.API_SECONDS,
        }
        self.quota = Quota()
        self._fixed_folders: bool | None = None  # None: nothing has made us ask
        self._hosts = delivery_hosts
        self._session = new_session()
        self._door = f"{account.upload_prefix or 'https://api.cloudinary.com'}/v1_1/{account.cloud_name}/ping"
        # The SDK has one pool of connections for all its calls, which would sleep as long as a Retry-After says.
        call_api._http.connection_pool_kw["retries"] = urllib3.Retry(
            connect=2, read=1, redirect=0, status=0, other=0, respect_retry_after_header=False
        )
        call_api._http.connection_pool_kw["maxsize"] = CONNECTIONS

    def state(self, public_id: str, type: str = "upload", kind: str = "image") -> Asset | None:
        """What is true of the asset now; None where there is none (deleted, or renamed).

        `type` and `kind` as in `Asset`: the same public ID can stand for one of each. Raises BadPublicId for an ID that
        the SDK would read as another one; CloudinaryUnavailable.
        """
        check_public_id(public_id)
        answer = self._ask(self._sdk.api.resource, public_id, type=type, resource_type=kind)
        # with backups on, a deleted asset stays behind as a placeholder
        if answer is None or answer.get("placeholder"):
            return None
        asset = self._read(read_asset, answer)
        if asset.public_id != public_id:
            raise CloudinaryUnavailable(f"Cloudinary was asked for {public_id} and answered {asset.public_id}.")
        return asset

    def fixed_folders(self) -> bool:
        """Whether the account has fixed folders, which are a part of the public ID and no property of an asset.

        One call, once. Raises CloudinaryUnavailable.
        """
        if self._fixed_folders is None:
            answer = self._ask(self._sdk.api.config, settings=True) or {}
            mode = answer.get("settings", {}).get("folder_mode")
            if mode not in ("fixed", "dynamic"):
                raise CloudinaryUnavailable("Cloudinary did not say which folder mode the account has.")
            self._fixed_folders = mode == "fixed"
        return self._fixed_folders

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        """One page of the assets in a folder (nothing below it). Rejected ones are not listed."""
        if not self._fixed_folders:
            try:
                answer = self._list(self._sdk.api.resources_by_asset_folder, folder, cursor=cursor)
                if answer is not None:
                    return self._read(read_page, answer)
            except CloudinaryUnavailable as error:
                # accounts with fixed folders have no such list; what they answer is not documented
                if error.limit_reached or not self.fixed_folders():
                    raise
            if not self.fixed_folders():
                return Page((), None)  # no such folder
        page = self._page(self._sdk.api.resources, cursor=cursor, type="upload", prefix=f"{folder}/")
        rows, others = (tuple(row for row in part if row.asset.folder == folder) for part in (page.rows, page.others))
        return Page(rows, page.next_cursor, others)

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        """One page of all images that a person has approved or rejected, or that wait for it (`pending`)."""
        return self._page(self._sdk.api.resources_by_moderation, "manual", status, cursor=cursor)

    def everything(self, cursor: str | None = None, kind: str = "image") -> Page:
        """One page of all assets of a kind, in whatever folder. Rejected ones are not listed."""
        return self._page(self._sdk.api.resources, cursor=cursor, resource_type=kind)

    def reject(self, public_id: str) -> bool:
        """Makes the photo a rejected one, of whatever type it is; says whether there is one. Raises as `state` does."""
        check_public_id(public_id)
        update = self._sdk.api.update
        answers = [self._ask(update, public_id, type=type, moderation_status="rejected") for type in TYPES]
        return any(answer is not None for answer in answers)

    def delete(self, public_id: str) -> bool:
        """Deletes the photo, of whatever type it is, with its derived copies, also on the CDN.

        Says whether there was one. Raises as `state` does.
        """
        check_public_id(public_id)
        return True in [self._delete(public_id, type) for type in TYPES]

    def _delete(self, public_id: str, type: str) -> bool:
        deleted, more = False, {"invalidate": True, "resource_type": "image", "type": type}
        while True:  # a photo with very many derived copies takes several calls
            answer = self._ask(self._sdk.api.delete_resources, [public_id], **more) or {}
            said = answer.get("deleted")
            if not isinstance(said, dict) or said.get(public_id) not in ("deleted", "not_found"):
                raise CloudinaryUnavailable(f"Cloudinary did not say whether it has deleted {public_id}.")
            deleted = deleted or said[public_id] == "deleted"
            if not (answer.get("partial") and answer.get("next_cursor")):
                return deleted
            more["next_cursor"] = answer["next_cursor"]

    def ping(self) -> None:
        """Raises CloudinaryUnavailable unless the Admin API answers. Counts as a call."""
        self._ask(self._sdk.api.ping)

    def clock(self) -> float | None:
        """By how many seconds Cloudinary's clock is ahead of ours, None where it does not say.

        No call of the Admin API. Raises CloudinaryUnavailable where nobody answers.
        """
        return reach.clock(self._session, self._door)

    def reach(self, host: str) -> None:
        """Raises CloudinaryUnavailable unless the delivery host answers, whatever it says. No call of the Admin API."""
        reach.clock(self._session, f"{delivery.scheme(host)}://{host}/")

    def picture(self, public_id: str, url: str) -> bytes:
        """The picture at a delivery address (of a version) as JPEG. Raises CloudinaryUnavailable, PictureError."""
        address = delivery.as_jpeg(url)
        if delivery.needs_signature(url):
            address = self._signed_as_jpeg(public_id, url)
        return delivery.fetch(self._session, address, self._hosts)

    def _signed_as_jpeg(self, public_id: str, url: str) -> str:
        """Like `delivery.as_jpeg` for a signed address, whose signature covers the transformation."""
        before, kind, version = delivery.parts(url)
        signed, _ = self._sdk.utils.cloudinary_url(
            public_id,
            **self._options,
            type=kind,
            version=version,
            transformation={"fetch_format": "jpg"},
            sign_url=True,
            secure=True,
        )
        return f"{before}{signed[signed.index('/image/') :]}"

    def _page(
        self, call: Callable[..., Mapping[str, Any]], *arguments: str, cursor: str | None, **more: object
    ) -> Page:
        return self._read(read_page, self._list(call, *arguments, cursor=cursor, **more))

    def _list(
        self, call: Callable[..., Mapping[str, Any]], *arguments: str, cursor: str | None, **more: object
    ) -> Mapping[str, Any] | None:
        more |= {"max_results": ROWS, "context": True, "moderations": True, "tags": True}
        return self._ask(call, *arguments, **more, **({"next_cursor": cursor} if cursor else {}))

    def _read(self, read: Callable[..., T], answer: Mapping[str, Any] | None) -> T:
        try:
            return read(answer, fixed_folders=bool(self._fixed_folders))
        except FolderMissing:
            if not self.fixed_folders():
                raise CloudinaryUnavailable("Cloudinary's answer lacks what it should have (asset_folder).") from None
            return read(answer, fixed_folders=True)

    def _ask(
        self, call: Callable[..., Mapping[str, Any]], *arguments: object, **more: object
    ) -> Mapping[str, Any] | None:
        """One call of the Admin API; None where it says there is no such asset."""
        exceptions = self._sdk.exceptions
        self.quota.called()
        try:
            answer = call(*arguments, **self._options, **more)
        except exceptions.NotFound:
            self.quota.failed()
            return None
        except exceptions.RateLimited as error:
            raise CloudinaryUnavailable(
                f"Cloudinary's hourly limit of Admin API calls is reached: {_said(error)}",
                retry_after=self.quota.refused(str(error)),
                limit_reached=True,
            ) from error
        except (exceptions.AuthorizationRequired, exceptions.NotAllowed) as error:
            raise CloudinaryUnavailable(
                f"Cloudinary refuses the credentials; check CLOUDINARY_URL: {_said(error)}"
            ) from error
        except Exception as error:
            # the SDK raises plain Exception for 302, 423 and 502, and GeneralError for whatever the network does
            self.quota.failed()
            raise CloudinaryUnavailable(f"Cloudinary could not be asked: {_said(error)}") from error
        self.quota.answered(answer)
        return answer


def _said(error: Exception) -> str:
    """What the SDK says in one line; a page in place of JSON is left out."""
    said, page, _ = str(error).partition("<")
    return f"{said.rstrip(' -')} (it sent a page instead of JSON)" if page else said[:200]
