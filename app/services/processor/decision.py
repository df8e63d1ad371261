"""Decides how to make the store agree with Cloudinary about one photo. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.adapters.exiftool import Tags
from app.core.addresses import same
from app.core.config import Campaign
from app.core.sources import EMBEDDED, Asset, Statement

Status = Literal["stored", "removed", "unchanged", "ignored"]


@dataclass(frozen=True)
class Outcome:
    """The outcome for one photo. `campaign`: where it belongs, or did; `error`: why it could not be stored."""

    public_id: str
    status: Status
    campaign: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Decision:
    """What to change in the store.

    `keep`: the campaign to which the photo belongs, if any; `store`: whether to store it there; `source`: a campaign
    that already holds this version whole.
    """

    keep: Campaign | None
    store: bool
    remove_from: tuple[str, ...]
    source: str | None = None


def decide(asset: Asset | None, campaign: Campaign | None, held: Mapping[str, Tags | None]) -> Decision:
    """Decides what to change in the store. Pure.

    `campaign`: that of the asset's folder; `held`: every campaign with a file of the photo, with the archive's tags if
    both files are there and match.
    """
    keep = campaign if asset is not None and asset.approved else None
    remove_from = tuple(name for name in held if keep is None or name != keep.name)
    if asset is None or keep is None:
        return Decision(None, False, remove_from)
    tags = held.get(keep.name)
    store = tags is None or not agrees(tags, asset, keep)
    # the address is read with the picture
    known = () if asset.type == EMBEDDED else held.items()
    whole = [name for name, its in known if its is not None and _shows(its, asset)]
    source = keep.name if keep.name in whole else next(iter(whole), None)
    return Decision(keep, store, remove_from, source)


def outcome_of(public_id: str, asset: Asset | None, campaign: Campaign | None, decision: Decision) -> Outcome:
    """What carrying out a decision comes to. `campaign`: that of the asset's folder. Pure."""
    if decision.keep is not None and decision.store:
        return Outcome(public_id, "stored", decision.keep.name)
    if decision.remove_from:
        return Outcome(public_id, "removed", campaign.name if campaign else decision.remove_from[0])
    if asset is not None and campaign is None:
        return Outcome(public_id, "ignored")
    return Outcome(public_id, "unchanged", campaign.name if campaign else None)


def agrees(tags: Tags, asset: Asset, campaign: Campaign) -> bool:
    """Whether an archive with these tags is what its campaign should have of a photo. Pure."""
    if not _shows(tags, asset) or (tags.type == EMBEDDED) != (asset.type == EMBEDDED):
        return False
    if tags.tracking == (asset.tracking is False):
        return False
    if asset.type == EMBEDDED:  # the picture is the same, so is the address in it
        return campaign.may_hold(tags.email) and not (tags.email and asset.mail is False)
    return same(tags.email, address(asset, campaign))


def _shows(tags: Tags, asset: Asset) -> bool:
    """Whether an archive shows this version. Files have versions in whole seconds, and IDs that tell them apart."""
    return tags.version == asset.version and tags.asset_id in (None, asset.asset_id)


def reflects(statement: Statement, tags: Tags, approved_at: int) -> bool:
    """Whether a photo that the store holds already reflects a statement about it, so that asking is needless. Pure.

    `tags`, `approved_at`: the version held and when it was approved, in whole seconds, as Cloudinary answered. It was
    asked after that time, so the answer covers what was true of this version earlier: that it was approved then, or
    still undecided before. What happened to it later has a notification of its own.
    """
    if (tags.asset_id, tags.version) != (statement.asset_id, statement.version):
        return False
    at = int(statement.at)
    return at <= approved_at if statement.approved else at < approved_at


def address(asset: Asset, campaign: Campaign) -> str | None:
    """The e-mail address to store with a photo, or an unusable one as typed; None if there is none. Pure.

    None, too, if the person does not want to be written to: mails go to the addresses in the store.
    """
    return None if asset.mail is False else campaign.address(asset.email)


def place(asset: Asset, archives: Mapping[str, Tags]) -> float | None:
    """Where this version was cropped by hand, according to any archive of it, whatever else is wrong with it. Pure."""
    cuts = (tags.cut for tags in archives.values() if tags.version == asset.version)
    return next((cut.place for cut in cuts if cut and cut.why == "hand"), None)
