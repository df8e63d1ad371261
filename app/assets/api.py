"""What is true of an asset now, as Cloudinary's Admin API says through the official SDK."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import requests
import urllib3

from app import limits
from app.assets import delivery
from app.assets.public_ids import check_public_id
from app.config import Account
from app.errors import CloudinaryUnavailable

T = TypeVar("T")


@dataclass(frozen=True)
class Asset:
    """One image as Cloudinary has it. `approved_at`: seconds since 1970."""

    public_id: str
    asset_id: str
    folder: str
    version: int
    approved: bool
    approved_at: float
    email: str | None
    url: str


class Cloudinary:
    """An account of Cloudinary's. Safe to use from many threads."""

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
        self._hosts = delivery_hosts
        self._session = requests.Session()
        # The SDK has one pool of connections for all its calls, which would sleep as long as a Retry-After says.
        call_api._http.connection_pool_kw["retries"] = urllib3.Retry(
            connect=2, read=1, redirect=0, status=0, other=0, respect_retry_after_header=False
        )

    def state(self, public_id: str) -> Asset | None:
        """What is true of the photo now; None where there is none (deleted, or renamed).

        Raises BadPublicId for an ID that the SDK would read as another one; CloudinaryUnavailable.
        """
        check_public_id(public_id)
        answer = self._ask(self._sdk.api.resource, public_id)
        # with backups on, a deleted asset stays behind as a placeholder
        if answer is None or answer.get("placeholder"):
            return None
        asset = _asset(answer)
        if asset.public_id != public_id:
            raise CloudinaryUnavailable(f"Cloudinary was asked for {public_id} and answered {asset.public_id}.")
        return asset

    def picture(self, public_id: str, url: str) -> bytes:
        """The picture at a delivery address (of a version) as JPEG. Raises CloudinaryUnavailable, PictureError."""
        address = delivery.as_jpeg(url)
        if delivery.is_signed(url):
            address = self._signed_as_jpeg(public_id, url)
        delivery.check_host(address, self._hosts)
        return delivery.fetch(self._session, address)

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

    def _ask(self, call: Callable[..., Mapping[str, Any]], *arguments: object) -> Mapping[str, Any] | None:
        """One call of the Admin API; None where it says there is no such asset."""
        exceptions = self._sdk.exceptions
        try:
            return call(*arguments, **self._options)
        except exceptions.NotFound:
            return None
        except exceptions.RateLimited as error:
            raise CloudinaryUnavailable(
                f"Cloudinary's hourly limit of Admin API calls is reached: {_said(error)}",
                retry_after=_seconds_until_reset(str(error), datetime.now(UTC)),
            ) from error
        except (exceptions.AuthorizationRequired, exceptions.NotAllowed) as error:
            raise CloudinaryUnavailable(
                f"Cloudinary refuses the credentials; check CLOUDINARY_URL: {_said(error)}"
            ) from error
        except Exception as error:
            # the SDK raises plain Exception for 302, 423 and 502, and GeneralError for whatever the network does
            raise CloudinaryUnavailable(f"Cloudinary could not be asked: {_said(error)}") from error


def _asset(answer: Mapping[str, Any]) -> Asset:
    """Reads an answer of `resource`. Raises CloudinaryUnavailable where a field is missing that it must have.

    The SDK returns any JSON without `error` as a success, whatever its status.
    """
    try:
        moderation = answer.get("moderation") or []
        status = answer.get("moderation_status") or (moderation[-1]["status"] if moderation else None)
        times = [entry["updated_at"] for entry in moderation if entry.get("updated_at")]
        email = (answer.get("context") or {}).get("custom", {}).get("email")
        return Asset(
            public_id=_typed(answer, "public_id", str),
            asset_id=_typed(answer, "asset_id", str),
            folder=_typed(answer, "asset_folder", str),
            version=_typed(answer, "version", int),
            approved=status == "approved",
            approved_at=_timestamp(max(times) if times else _typed(answer, "created_at", str)),
            email=email.strip() if isinstance(email, str) and email.strip() else None,
            url=_typed(answer, "secure_url", str),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise CloudinaryUnavailable(
            f"Cloudinary's answer lacks what it should have ({type(error).__name__}: {error})."
            " (Accounts with fixed folders have no asset_folder.)"
        ) from error


def _typed(answer: Mapping[str, Any], key: str, kind: type[T]) -> T:
    value = answer[key]
    if not isinstance(value, kind):
        raise TypeError(f"{key} is {type(value).__name__}")
    return value


def _timestamp(text: str) -> float:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _seconds_until_reset(text: str, now: datetime) -> int:
    """From "… Try again on 2024-10-04 14:00:00 UTC": how long that is from now; a minute where it does not say."""
    found = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)
    if not found:
        return 60
    reset = datetime.fromisoformat(found[0]).replace(tzinfo=UTC)
    return max(1, min(3600, round((reset - now).total_seconds())))


def _said(error: Exception) -> str:
    return f"{str(error)[:200]}"
