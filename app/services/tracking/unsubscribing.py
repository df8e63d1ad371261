"""Unsubscribes a person from a campaign: no more mails, no more records.

The mails they already have keep working: the picture is still served, but no longer recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from app.core.addresses import key
from app.core.config import Campaign
from app.services.tracking.tokens import Claims


def unsubscribe_holder(store: Store, exiftool: ExifTool, claims: Claims, when: datetime) -> None:
    """Unsubscribes the person who got a mail with these claims. Can be repeated.

    The person is the address in the photo's archive, and any address that was mailed about it, as it may have been
    corrected since. Other photos about which they got mails are withdrawn too, according to the send log: only those
    have personal links, and reading every archive would take minutes in a large campaign. Nothing is known about a
    forgotten person, so nothing is written. Raises StoreUnavailable, ExifToolFailed, PhotoBusy.
    """
    campaign, public_id = claims.campaign, claims.public_id
    if not public_id:
        return
    tags = {}
    if store.photos.has(campaign, public_id):
        tags = exiftool.read([store.photos.archive_path(campaign, public_id)])
    emails = {said.email for said in tags.values()}
    for email in emails:  # first, in case the log cannot be read
        store.unsubscribes.add(campaign, when, email, [public_id])
    sends = store.sends.read(campaign)
    mailed = {record["address"] for record in sends if record.get("photo") == public_id and "address" in record}
    for address in sorted(mailed.union(email for email in emails if email)):
        store.unsubscribes.add(campaign, when, address, sorted({public_id} | _mailed_about(sends, address)))


def unsubscribe_address(store: Store, exiftool: ExifTool, campaign: Campaign, email: str, when: datetime) -> int:
    """Unsubscribes an address, as submitted or as the campaign stored it; returns the number of its photos.

    Reads every archive of the campaign. Can be repeated. Raises StoreUnavailable, ExifToolFailed, PhotoBusy.
    """
    store.root.require()
    addresses = {email, campaign.address(email) or email}
    keys = {key(address) for address in addresses}
    public_ids = [photo.public_id for photo in store.photos.all(campaign.name)]
    paths = {store.photos.archive_path(campaign.name, public_id): public_id for public_id in public_ids}
    tags = exiftool.read(paths)
    held = {paths[path] for path, said in tags.items() if said.email and key(said.email) in keys}
    sends = store.sends.read(campaign.name)
    for address in sorted(addresses):
        store.unsubscribes.add(campaign.name, when, address, sorted(held | _mailed_about(sends, address)))
    return len(held)


def _mailed_about(sends: Iterable[Mapping[str, Any]], address: str) -> set[str]:
    """The photos about which this address got a mail."""
    wanted = key(address)
    return {record["photo"] for record in sends if "address" in record and key(record["address"]) == wanted}
