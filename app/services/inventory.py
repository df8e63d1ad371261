"""Compares Cloudinary's photos with the store's, for each folder and moderation status.

The lists are joined, because none has everything: those of folders leave rejected assets out, those of moderation the
assets that were never given to it. Addresses are counted, never shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.adapters.store import Store
from app.core.addresses import is_address
from app.core.config import Campaign, Campaigns
from app.core.sources import Listed, Page, Source, pages

MODERATED = ("approved", "pending", "rejected")
STATUSES = (*MODERATED, "unmoderated")


@dataclass(frozen=True)
class Row:
    """The assets of one moderation status in a folder. `held`: how many of them are here."""

    count: int
    formats: Mapping[str, int]
    with_address: int
    without_address: int
    tags: Mapping[str, int]
    held: int


@dataclass(frozen=True)
class Folder:
    """One folder there, and the photos of its campaign (None: of no campaign) here.

    `missing`: approved there, not here; `extra`: here, not approved there as far as the lists say, which lag: `sync`
    asks about each. `no_images`: videos and other files, which cannot be stored.
    """

    path: str
    campaign: str | None
    statuses: Mapping[str, Row]
    held: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    assets: tuple[Listed, ...]
    no_images: tuple[Listed, ...] = ()


def take(source: Source, store: Store, campaigns: Campaigns, names: Iterable[str] = ()) -> list[Folder]:
    """The inventory of some campaigns, or of everything there is.

    One call for each 500 assets of each list: of the folders (or of everything), and of each moderation status. Raises
    SourceUnavailable, StoreUnavailable.
    """
    chosen = [campaigns[name] for name in names]
    held = {
        campaign.name: {public_id for public_id, (archive, _) in store.photos.pairs(campaign.name).items() if archive}
        for campaign in chosen or campaigns.values()
    }
    wanted = {campaign.folder for campaign in chosen}
    lists: list[Callable[[str | None], Page]] = [partial(source.folder, folder) for folder in wanted]
    lists = lists or [partial(source.everything, kind=kind) for kind in ("image", "video", "raw")]
    lists += [partial(source.moderated, status) for status in MODERATED]
    rows = (row for ask in lists for page in pages(ask) for row in (*page.rows, *page.others))
    assets = join(row for row in rows if not wanted or row.asset.folder in wanted)
    return compare(assets, held, chosen or list(campaigns.values()))


def join(rows: Iterable[Listed]) -> list[Listed]:
    """Each asset once, as the row has it that knows the latest change. Pure."""
    known: dict[str, Listed] = {}
    for row in rows:
        before = known.get(row.asset.asset_id)
        if before is None or (row.asset.version, row.changed_at) >= (before.asset.version, before.changed_at):
            known[row.asset.asset_id] = row
    return sorted(known.values(), key=lambda row: (row.asset.folder, row.asset.public_id))


def compare(assets: Iterable[Listed], held: Mapping[str, set[str]], campaigns: Iterable[Campaign]) -> list[Folder]:
    """What is there beside what is here (`held`: public IDs by campaign), folders of campaigns first. Pure."""
    there: dict[str, list[Listed]] = {}
    for asset in assets:
        there.setdefault(asset.asset.folder, []).append(asset)
    folders = [_folder(one.folder, one.name, there.pop(one.folder, []), held[one.name]) for one in campaigns]
    return folders + [_folder(path, None, rows, set()) for path, rows in sorted(there.items())]


def _folder(path: str, campaign: str | None, listed: list[Listed], held: set[str]) -> Folder:
    assets = [row for row in listed if row.asset.kind == "image"]
    approved = {row.asset.public_id for row in assets if row.asset.approved}
    statuses = {status: [row for row in assets if row.status == status] for status in STATUSES}
    for row in assets:  # a new one of Cloudinary's
        if row.status not in STATUSES:
            statuses.setdefault(row.status, []).append(row)
    return Folder(
        path=path,
        campaign=campaign,
        statuses={status: _row(rows, held) for status, rows in statuses.items()},
        held=len(held),
        missing=tuple(sorted(approved - held)) if campaign else (),
        extra=tuple(sorted(held - approved)),
        assets=tuple(assets),
        no_images=tuple(row for row in listed if row.asset.kind != "image"),
    )


def _row(assets: list[Listed], held: set[str]) -> Row:
    with_address = sum(is_address(row.asset.email or "") for row in assets)
    return Row(
        count=len(assets),
        formats=dict(sorted(Counter(row.format for row in assets).items())),
        with_address=with_address,
        without_address=len(assets) - with_address,
        tags=dict(sorted(Counter(tag for row in assets for tag in row.tags).items())),
        held=sum(row.asset.public_id in held for row in assets),
    )


def as_json(folder: Folder, *, assets: bool) -> dict[str, Any]:
    """A folder's inventory for programs; with each asset where it is wanted."""
    answer: dict[str, Any] = {
        "folder": folder.path,
        "campaign": folder.campaign,
        "count": len(folder.assets),
        "statuses": {status: vars(row) for status, row in folder.statuses.items()},
        "held": folder.held,
        "missing": list(folder.missing),
        "extra": list(folder.extra),
        "no_images": [{"public_id": row.asset.public_id, "kind": row.asset.kind} for row in folder.no_images],
    }
    return answer | ({"assets": list(each(folder))} if assets else {})


def each(folder: Folder) -> Iterator[dict[str, Any]]:
    """Each asset there, and each photo that is here only (its status is "unlisted")."""
    missing, extra = set(folder.missing), set(folder.extra)
    for row in folder.assets:
        here = row.asset.public_id in extra if not row.asset.approved else row.asset.public_id not in missing
        yield {
            "public_id": row.asset.public_id,
            "status": row.status,
            "format": row.format,
            "address": is_address(row.asset.email or ""),
            "tags": list(row.tags),
            "held": here and folder.campaign is not None,
        }
    for public_id in sorted(extra - {row.asset.public_id for row in folder.assets}):
        yield {
            "public_id": public_id,
            "status": "unlisted",
            "format": None,
            "address": None,
            "tags": [],
            "held": True,
        }
