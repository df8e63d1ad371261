"""A campaign in numbers: part of the home page and of the photos page, which also ask for it again by script."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo
from app.services.dashboard.album import Listing
from app.services.dashboard.archives import ArchiveSummary
from app.services.dashboard.counts import Counts, counts
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_numbers", "/admin/campaigns/<campaign>")


@dataclass(frozen=True)
class Numbers:
    """`archives`: None while they are being read; `last`: the newest collage, None without any."""

    counts: Counts
    archives: ArchiveSummary | None
    damaged: int
    last: Summary | None


def numbers(campaign: str, photos: Sequence[Photo], collages: Listing) -> Numbers:
    """The numbers of a campaign that has these photos and collages."""
    given = services()
    return Numbers(
        counts(photos, given.store.photos.incomplete(campaign, photos), collages.sound),
        given.dashboard.tags.summary(campaign, photos),
        len(collages.damaged),
        collages.sound[-1] if collages.sound else None,
    )


@blueprint.get("/counts")
@admin_only
def show(campaign: str) -> ResponseReturnValue:
    """The numbers alone."""
    given = services()
    photos = given.store.photos.all(given.campaign(campaign))
    found = numbers(campaign, photos, given.dashboard.album.listing(campaign))
    return render_template("dashboard/counts.html", campaign=given.campaigns[campaign], numbers=found)


@blueprint.get("/unreachable")
@admin_only
def unreachable(campaign: str) -> ResponseReturnValue:
    """The list of photos without a usable address."""
    given = services()
    photos = given.store.photos.all(given.campaign(campaign))
    return render_template(
        "dashboard/unreachable.html",
        campaign=given.campaigns[campaign],
        archives=given.dashboard.tags.summary(campaign, photos),
        named=given.moderation.named(campaign),
    )
