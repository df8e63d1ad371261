"""What is true of an asset now, as Cloudinary's Admin API says through the official SDK; lists of assets; rejecting and
deleting one."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import urllib3

from app import limits
from app.assets import delivery, reach
from app.assets.asset import Asset, Page, read_asset, read_page
from app.assets.connection import new_session
from app.assets.public_ids import check_public_id
from app.assets.quota import Quota
from app.config import Account
from app.errors import CloudinaryUnavailable

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
        self._options = {
            "cloud_name": account.cloud_name,
            "api_key": account.api_key,
            "api_secret": account.api_secret,
            "upload_prefix": account.upload_prefix,
            "timeout": limits.API_SECONDS,
        }
        self.quota = Quota()
        self._hosts = delivery_hosts
        self._session = new_session()
        self._door = f"{account.upload_prefix or 'https://api.cloudinary.com'}/v1_1/{account.cloud_name}/ping"
        # The SDK has one pool of connections for all its calls, which would sleep as long as a Retry-After says.
        call_api._http.connection_pool_kw["retries"] = urllib3.Retry(
            connect=2, read=1, redirect=0, status=0, other=0, respect_retry_after_header=False
        )
        call_api._http.connection_pool_kw["maxsize"] = CONNECTIONS

    def state(self, public_id: str) -> Asset | None:
        """What is true of the photo now; None where there is none (deleted, or renamed).

        Raises BadPublicId for an ID that the SDK would read as another one; CloudinaryUnavailable.
        """
        check_public_id(public_id)
        answer = self._ask(self._sdk.api.resource, public_id)
        # with backups on, a deleted asset stays behind as a placeholder
        if answer is None or answer.get("placeholder"):
            return None
        asset = read_asset(answer)
        if asset.public_id != public_id:
            raise CloudinaryUnavailable(f"Cloudinary was asked for {public_id} and answered {asset.public_id}.")
        return asset

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        """One page of the images in a folder (nothing below it). Rejected ones are not listed."""
        return self._page(self._sdk.api.resources_by_asset_folder, folder, cursor=cursor)

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        """One page of all images that a person has approved or rejected, or that wait for it (`pending`)."""
        return self._page(self._sdk.api.resources_by_moderation, "manual", status, cursor=cursor)

    def everything(self, cursor: str | None = None) -> Page:
        """One page of all images, in whatever folder. Rejected ones are not listed."""
        return self._page(self._sdk.api.resources, cursor=cursor, type="upload")

    def reject(self, public_id: str) -> bool:
        """Makes the photo a rejected one; says whether there is such a photo. Raises as `state` does."""
        check_public_id(public_id)
        return self._ask(self._sdk.api.update, public_id, moderation_status="rejected") is not None

    def delete(self, public_id: str) -> bool:
        """Deletes the photo with its derived copies, also on the CDN; says whether there was one.

        Raises as `state` does.
        """
        check_public_id(public_id)
        deleted, more = False, {"invalidate": True, "resource_type": "image", "type": "upload"}
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
        if delivery.is_signed(url):
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
        more |= {"max_results": ROWS, "context": True, "moderations": True, "tags": True}
        return read_page(self._ask(call, *arguments, **more, **({"next_cursor": cursor} if cursor else {})))

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
    return f"{str(error)[:200]}"
