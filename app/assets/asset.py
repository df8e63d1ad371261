"""One asset as Cloudinary's answers describe it: read strictly, because the SDK takes any JSON without `error` for a
success. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.addresses import stored
from app.errors import CloudinaryUnavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asset:
    """One image as Cloudinary has it. `approved_at`: seconds since 1970.

    `email`: the address in its normal form (`app.addresses`), or the text that stands there where it is unusable.
    """

    public_id: str
    asset_id: str
    folder: str
    version: int
    approved: bool
    approved_at: float
    email: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list. `status`: approved, pending, rejected, or unmoderated; `changed_at`: when that was decided.

    Lists lag by seconds and leave assets out (rejected ones always): a row tells what was so, and a row that is not
    there tells nothing.
    """

    asset: Asset
    status: str
    changed_at: float
    format: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One page of a list; rows that are no images are left out. `next_cursor`: None on the last page."""

    rows: tuple[Listed, ...]
    next_cursor: str | None


def pages(ask: Callable[[str | None], Page]) -> Iterator[Page]:
    """Every page of a list; `ask` gets the page at a cursor (None: the first)."""
    page = ask(None)
    yield page
    while page.next_cursor is not None:
        page = ask(page.next_cursor)
        yield page


def read_asset(answer: Mapping[str, Any]) -> Asset:
    """Reads one asset. Raises CloudinaryUnavailable where a field is missing that it must have."""
    try:
        email = (answer.get("context") or {}).get("custom", {}).get("email")
        return Asset(
            public_id=_typed(answer, "public_id", str),
            asset_id=_typed(answer, "asset_id", str),
            folder=_typed(answer, "asset_folder", str),
            version=_typed(answer, "version", int),
            approved=_status(answer) == "approved",
            approved_at=_changed_at(answer),
            email=stored(email) if isinstance(email, str) else None,
            url=_typed(answer, "secure_url", str),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise CloudinaryUnavailable(
            f"Cloudinary's answer lacks what it should have ({type(error).__name__}: {error})."
            " (Accounts with fixed folders have no asset_folder.)"
        ) from error


def read_page(answer: Mapping[str, Any] | None) -> Page:
    """Reads one page of a list; None, the answer for a folder that does not exist, is an empty one.

    Raises CloudinaryUnavailable for an answer that is no list.
    """
    if answer is None:
        return Page((), None)
    resources, cursor = answer.get("resources"), answer.get("next_cursor")
    if not isinstance(resources, list) or not isinstance(cursor, str | None):
        raise CloudinaryUnavailable("Cloudinary answered something that is no list of assets.")
    return Page(tuple(_listed(row) for row in resources if _is_photo(row)), cursor or None)


def _is_photo(row: object) -> bool:
    """Whether a row is what `resource` would find: an image that was uploaded. With backups on, a deleted one stays
    behind as a placeholder."""
    if not isinstance(row, dict):
        raise CloudinaryUnavailable("Cloudinary answered a list with something in it that is no asset.")
    kind = row.get("resource_type", "image"), row.get("type", "upload")
    return kind == ("image", "upload") and not row.get("placeholder")


def _listed(row: Mapping[str, Any]) -> Listed:
    asset = read_asset(row)
    tags, kind = row.get("tags"), row.get("format")
    return Listed(
        asset=asset,
        status=_status(row) or "unmoderated",
        changed_at=asset.approved_at,
        format=kind if isinstance(kind, str) else "unknown",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _status(answer: Mapping[str, Any]) -> str | None:
    moderation = answer.get("moderation") or []
    status = answer.get("moderation_status") or (moderation[-1]["status"] if moderation else None)
    return status if isinstance(status, str) else None


def _changed_at(answer: Mapping[str, Any]) -> float:
    """When the moderation was last changed, else when the asset was made."""
    times = [entry["updated_at"] for entry in answer.get("moderation") or [] if entry.get("updated_at")]
    moment = datetime.fromisoformat((max(times) if times else _typed(answer, "created_at", str)).replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _typed(answer: Mapping[str, Any], key: str, kind: type[T]) -> T:
    value = answer[key]
    if not isinstance(value, kind):
        raise TypeError(f"{key} is {type(value).__name__}")
    return value
