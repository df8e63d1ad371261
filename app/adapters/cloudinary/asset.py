"""Reads assets from Cloudinary's answers, strictly: the SDK takes any JSON without `error` for a success. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.core.addresses import stored
from app.core.errors import CloudinaryUnavailable
from app.core.sources import CATALOGUED, LONGEST_TAG, Asset, Listed, Original, Page

T = TypeVar("T")


# Delivery types of uploaded assets. The last two are delivered to signed URLs only.
# https://cloudinary.com/documentation/upload_parameters#delivery_types
TYPES = ("upload", "private", "authenticated")
CONSENT = {"yes": True, "no": False}  # in the context of a photo that was sent by our form
DIGEST = "sha256"  # in the context of an imported picture: of its file


class FolderMissing(Exception):
    """An answer without the folder of an asset: the account has fixed folders, or the answer is incomplete."""


def read_asset(answer: Mapping[str, Any], *, fixed_folders: bool = False) -> Asset:
    """Reads one asset.

    `fixed_folders`: whether the account's folders are part of the public ID. Raises FolderMissing if they are not and
    the answer has no folder, CloudinaryUnavailable if any other field is missing.
    """
    try:
        said = (answer.get("context") or {}).get("custom", {})
        email, person = said.get("email"), said.get("name")
        public_id = _typed(answer, "public_id", str)
        return Asset(
            public_id=public_id,
            asset_id=_typed(answer, "asset_id", str),
            version=_typed(answer, "version", int),
            approved=moderation_status(answer) == "approved",
            approved_at=_changed_at(answer),
            email=stored(email) if isinstance(email, str) else None,
            url=_typed(answer, "secure_url", str),
            kind=_typed({"resource_type": "image"} | dict(answer), "resource_type", str),
            type=_typed({"type": "upload"} | dict(answer), "type", str),
            folder=_folder(answer, public_id, fixed_folders),
            sent_at=_sent_at(answer),
            mail=CONSENT.get(str(said.get("mail")).casefold()),
            tracking=CONSENT.get(str(said.get("tracking")).casefold()),
            person=person if isinstance(person, str) else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise CloudinaryUnavailable(f"Cloudinary's answer lacks a field ({type(error).__name__}: {error}).") from error


def read_original(answer: Mapping[str, Any]) -> Original | None:
    """What the picture was like, with what Cloudinary read of its metadata; None if its size is missing.

    Cloudinary names tags as exiftool does, and answers with `media_metadata`, or `image_metadata` as it was called
    before: https://cloudinary.com/documentation/admin_api#get_details_of_a_single_resource_by_public_id
    """
    width, height, length = (answer.get(key) for key in ("width", "height", "bytes"))
    if not (isinstance(width, int) and isinstance(height, int) and isinstance(length, int)):
        return None
    found = answer.get("media_metadata") or answer.get("image_metadata") or {}
    tags = {name: found[name] for name in CATALOGUED if name in found} if isinstance(found, dict) else {}
    known = {name: str(value)[:LONGEST_TAG] for name, value in tags.items() if isinstance(value, str | int | float)}
    return Original(width, height, length, known)


def _sent_at(answer: Mapping[str, Any]) -> float:
    time = answer.get("uploaded_at") or answer.get("created_at")
    return seconds(time) if isinstance(time, str) else 0.0


def _folder(answer: Mapping[str, Any], public_id: str, fixed_folders: bool) -> str:
    if "asset_folder" in answer:  # also once an account with fixed folders has been migrated
        return _typed(answer, "asset_folder", str)
    if not fixed_folders:
        raise FolderMissing
    return public_id.rpartition("/")[0]


def read_page(answer: Mapping[str, Any] | None, *, fixed_folders: bool = False) -> Page:
    """Reads one page of a list; None, the answer for a folder that does not exist, is an empty page.

    Raises what `read_asset` raises, and CloudinaryUnavailable for an answer that is not a list.
    """
    if answer is None:
        return Page((), None)
    resources, cursor = answer.get("resources"), answer.get("next_cursor")
    if not isinstance(resources, list) or not isinstance(cursor, str | None):
        raise CloudinaryUnavailable("Cloudinary answered something that is not a list of assets.")
    rows = [_listed(row, fixed_folders) for row in resources if _is_uploaded(row)]
    images = tuple(row for row in rows if row.asset.kind == "image")
    return Page(images, cursor or None, tuple(row for row in rows if row.asset.kind != "image"))


def _is_uploaded(row: object) -> bool:
    """Whether a row is an uploaded asset. With backups on, a deleted one stays behind as a placeholder."""
    if not isinstance(row, dict):
        raise CloudinaryUnavailable("Cloudinary answered a list with something in it that is not an asset.")
    return row.get("type", "upload") in TYPES and not row.get("placeholder")


def _listed(row: Mapping[str, Any], fixed_folders: bool) -> Listed:
    asset = read_asset(row, fixed_folders=fixed_folders)
    tags, kind = row.get("tags"), row.get("format")
    return Listed(
        asset=asset,
        status=moderation_status(row) or "unmoderated",
        changed_at=asset.approved_at,
        format=kind if isinstance(kind, str) else "unknown",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        digest=digest_in(row),
        name=_name(row, asset.public_id),
    )


def _name(row: Mapping[str, Any], public_id: str) -> str:
    """The display name; accounts with fixed folders have none, so the last part of the public ID stands in."""
    name = row.get("display_name")
    return name if isinstance(name, str) and name.strip() else public_id.rpartition("/")[2]


def digest_in(answer: Mapping[str, Any]) -> str | None:
    """The digest in the context of an asset, if it has one."""
    context = answer.get("context")
    custom = context.get("custom") if isinstance(context, dict) else None
    found = custom.get(DIGEST) if isinstance(custom, dict) else None
    return found if isinstance(found, str) else None


def moderation_status(answer: Mapping[str, Any]) -> str | None:
    """The status that all moderations add up to: any rejection wins, then any pending one. None if there is none."""
    every = [entry["status"] for entry in answer.get("moderation") or []] + [answer.get("moderation_status")]
    statuses = [status for status in every if isinstance(status, str)]
    if "rejected" in statuses:
        return "rejected"
    return next((status for status in statuses if status != "approved"), statuses[0] if statuses else None)


def _changed_at(answer: Mapping[str, Any]) -> float:
    """When the moderation last changed, else when the asset was created."""
    times = [entry["updated_at"] for entry in answer.get("moderation") or [] if entry.get("updated_at")]
    return seconds(max(times) if times else _typed(answer, "created_at", str))


def seconds(time: str) -> float:
    """A time as Cloudinary writes it, in seconds since 1970. Raises ValueError."""
    moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _typed(answer: Mapping[str, Any], key: str, kind: type[T]) -> T:
    value = answer[key]
    if not isinstance(value, kind):
        raise TypeError(f"{key} is {type(value).__name__}")
    return value
