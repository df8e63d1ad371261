"""The Admin API: the current state of an asset, lists of assets, moderating and deleting."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from app.adapters.cloudinary import delivery, reach
from app.adapters.cloudinary.asset import TYPES, FolderMissing, read_asset, read_original, read_page
from app.adapters.cloudinary.connection import new_session
from app.adapters.cloudinary.public_ids import check_public_id
from app.adapters.cloudinary.sdk import Sdk
from app.adapters.cloudinary.setup import Setup
from app.core.config import Account
from app.core.errors import CloudinaryUnavailable
from app.core.sources import Asset, Page, Status

T = TypeVar("T")

ROWS = 500  # in one page of a list; Cloudinary's maximum


class Cloudinary:
    """A Cloudinary account, which is a source of photos. Thread-safe.

    `quota`: the calls made, and those left. `setup`: how the account is set up.
    """

    any_format = False  # the delivery hosts turn every picture into JPEG
    remote = True

    def __init__(self, account: Account, delivery_hosts: Collection[str]) -> None:
        self._sdk = Sdk(account)
        self.account = account.cloud_name
        self.quota = self._sdk.quota
        self._fixed_folders: bool | None = None  # None: not asked yet
        self.setup = Setup(self._sdk, self.fixed_folders)
        self._hosts = delivery_hosts
        self._session = new_session()
        self._ping_url = f"{account.upload_prefix or 'https://api.cloudinary.com'}/v1_1/{account.cloud_name}/ping"

    def state(
        self, public_id: str, type: str = "upload", kind: str = "image", *, metadata: bool = False
    ) -> Asset | None:
        """The current state of an asset; None if there is none (deleted, or renamed).

        `type` and `kind` as in `Asset`: one public ID can stand for an asset of each. Raises BadPublicId for an ID that
        the SDK would read as another one; CloudinaryUnavailable. `metadata`: with its `original`, in the same call.
        """
        check_public_id(public_id)
        more = {"media_metadata": True} if metadata else {}
        answer = self._sdk.call(self._sdk.api.resource, public_id, type=type, resource_type=kind, **more)
        # with backups on, a deleted asset stays behind as a placeholder
        if answer is None or answer.get("placeholder"):
            return None
        asset = self._read(read_asset, answer)
        if asset.public_id != public_id:
            raise CloudinaryUnavailable(f"Cloudinary was asked for {public_id} and answered {asset.public_id}.")
        return replace(asset, original=read_original(answer)) if metadata else asset

    def fixed_folders(self) -> bool:
        """Whether the account has fixed folders, which are part of the public ID, not a property of the asset.

        Makes one call, once. Raises CloudinaryUnavailable.
        """
        if self._fixed_folders is None:
            answer = self._sdk.call(self._sdk.api.config, settings=True) or {}
            mode = answer.get("settings", {}).get("folder_mode")
            if mode not in ("fixed", "dynamic"):
                raise CloudinaryUnavailable("Cloudinary did not say which folder mode the account has.")
            self._fixed_folders = mode == "fixed"
        return self._fixed_folders

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        """One page of the assets in a folder (not its subfolders). Rejected ones are not listed."""
        if not self._fixed_folders:
            try:
                answer = self._list(self._sdk.api.resources_by_asset_folder, folder, cursor=cursor)
                if answer is not None:
                    return self._read(read_page, answer)
            except CloudinaryUnavailable as error:
                # accounts with fixed folders have no such list, and their answer is not documented
                if error.limit_reached or not self.fixed_folders():
                    raise
            if not self.fixed_folders():
                return Page((), None)  # no such folder
        page = self._page(self._sdk.api.resources, cursor=cursor, type="upload", prefix=f"{folder}/")
        rows, others = (tuple(row for row in part if row.asset.folder == folder) for part in (page.rows, page.others))
        return Page(rows, page.next_cursor, others)

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        """One page of all images that a moderator has approved or rejected, or has yet to (`pending`)."""
        return self._page(self._sdk.api.resources_by_moderation, "manual", status, cursor=cursor)

    def everything(self, cursor: str | None = None, kind: str = "image") -> Page:
        """One page of all assets of a kind, in any folder. Rejected ones are not listed."""
        return self._page(self._sdk.api.resources, cursor=cursor, resource_type=kind)

    def beginning_with(self, prefix: str) -> list[str]:
        """The public IDs of images that begin so, at most a page of them. Rejected ones are not listed."""
        page = self._page(self._sdk.api.resources, cursor=None, type="upload", prefix=prefix)
        return [row.asset.public_id for row in page.rows]

    def named(self, public_ids: Sequence[str]) -> Page:
        """The images with these public IDs, at most as many as `batches` returns, in any folder and state."""
        return self._page(self._sdk.api.resources_by_ids, public_ids, cursor=None)

    def etag(self, public_id: str) -> str | None:
        """The etag of an image, as a rule the MD5 of its file; None if there is none. Raises what `state` raises."""
        check_public_id(public_id)
        found = (self._sdk.call(self._sdk.api.resource, public_id) or {}).get("etag")
        return found if isinstance(found, str) else None

    def largest_picture(self) -> int | None:
        """How many bytes a picture may have in this account; None if Cloudinary does not say."""
        limits = (self._sdk.call(self._sdk.api.usage) or {}).get("media_limits")
        found = limits.get("image_max_size_bytes") if isinstance(limits, dict) else None
        return found if isinstance(found, int) else None

    def moderate(self, public_id: str, status: Status, type: str | None = None) -> bool:
        """Moderates the photo, of one type or of any; returns whether there is one. Raises what `state` raises."""
        check_public_id(public_id)
        update = self._sdk.api.update
        types = TYPES if type is None else (type,)
        answers = [self._sdk.call(update, public_id, type=one, moderation_status=status) for one in types]
        return any(answer is not None for answer in answers)

    def delete(self, public_id: str) -> bool:
        """Deletes the photo, of any type, with its derived copies, also on the CDN.

        Returns whether there was one. Raises what `state` raises.
        """
        check_public_id(public_id)
        return True in [self._delete(public_id, type) for type in TYPES]

    def _delete(self, public_id: str, type: str) -> bool:
        deleted, more = False, {"invalidate": True, "resource_type": "image", "type": type}
        while True:  # a photo with very many derived copies takes several calls
            answer = self._sdk.call(self._sdk.api.delete_resources, [public_id], **more) or {}
            result = answer.get("deleted")
            if not isinstance(result, dict) or result.get(public_id) not in ("deleted", "not_found"):
                raise CloudinaryUnavailable(f"Cloudinary did not say whether it has deleted {public_id}.")
            deleted = deleted or result[public_id] == "deleted"
            if not (answer.get("partial") and answer.get("next_cursor")):
                return deleted
            more["next_cursor"] = answer["next_cursor"]

    def ping(self) -> None:
        """Raises CloudinaryUnavailable unless the Admin API answers. Counts as a call."""
        self._sdk.call(self._sdk.api.ping)

    def clock(self) -> float | None:
        """By how many seconds Cloudinary's clock is ahead of ours; None if it does not say.

        No Admin API call. Raises CloudinaryUnavailable if nothing answers.
        """
        return reach.clock(self._session, self._ping_url)

    def reach(self, host: str) -> None:
        """Raises CloudinaryUnavailable unless the delivery host answers anything. No Admin API call."""
        reach.clock(self._session, f"{delivery.scheme(host)}://{host}/")

    def picture(self, public_id: str, url: str) -> bytes:
        """The picture at a versioned delivery URL, as JPEG. Raises CloudinaryUnavailable, PictureError."""
        address = delivery.as_jpeg(url)
        if delivery.needs_signature(url):
            address = self._signed_as_jpeg(public_id, url)
        return delivery.fetch(self._session, address, self._hosts)

    def _signed_as_jpeg(self, public_id: str, url: str) -> str:
        """Like `delivery.as_jpeg` for a signed URL, whose signature covers the transformation."""
        before, kind, version = delivery.parts(url)
        signed, _ = self._sdk.utils.cloudinary_url(
            public_id,
            **self._sdk.options,
            type=kind,
            version=version,
            transformation={"fetch_format": "jpg"},
            sign_url=True,
            secure=True,
        )
        return f"{before}{signed[signed.index('/image/') :]}"

    def _page(
        self, call: Callable[..., Mapping[str, Any]], *arguments: object, cursor: str | None, **more: object
    ) -> Page:
        return self._read(read_page, self._list(call, *arguments, cursor=cursor, **more))

    def _list(
        self, call: Callable[..., Mapping[str, Any]], *arguments: object, cursor: str | None, **more: object
    ) -> Mapping[str, Any] | None:
        more |= {"max_results": ROWS, "context": True, "moderations": True, "tags": True}
        return self._sdk.call(call, *arguments, **more, **({"next_cursor": cursor} if cursor else {}))

    def _read(self, read: Callable[..., T], answer: Mapping[str, Any] | None) -> T:
        try:
            return read(answer, fixed_folders=bool(self._fixed_folders))
        except FolderMissing:
            if not self.fixed_folders():
                raise CloudinaryUnavailable("Cloudinary's answer lacks a field (asset_folder).") from None
            return read(answer, fixed_folders=True)
