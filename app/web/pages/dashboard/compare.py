"""Two collages of a campaign side by side: their pictures and figures, who is new and who has left."""

from collections.abc import Iterator

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo
from app.services.dashboard.changes import change
from app.web.auth.admin import admin_only
from app.web.pages.dashboard.blueprint import dashboard_blueprint
from app.web.pages.dashboard.collages import preview
from app.web.pages.tiles import Tile, tiles
from app.web.services import services

blueprint = dashboard_blueprint("dashboard_compare", "/admin/campaigns/<campaign>")

SHOWN = 48  # people of each kind, of whom there may be many


@blueprint.get("/compare")
@admin_only
def show(campaign: str) -> ResponseReturnValue:
    """The collages `before` and `after`; by default the newest one and the one before it."""
    given = services()
    album = given.dashboard.album
    every = album.all(given.campaign(campaign))
    rules = given.campaigns[campaign]
    if not every:
        return render_template("dashboard/compare.html", campaign=rules, every=every)
    after = _chosen(campaign, "after", every[-1])
    before = _chosen(
        campaign, "before", next((one for one in reversed(every) if int(one.id) < int(after.id)), every[0])
    )
    changed = change(after, before)
    return render_template(
        "dashboard/compare.html",
        campaign=rules,
        every=every[::-1],
        change=changed,
        pair=(before, after),
        picture=preview,
        rows=list(_rows(before, after)),
        added=_people(campaign, changed.added),
        removed=_people(campaign, changed.removed),
    )


def _chosen(campaign: str, field: str, usual: Summary) -> Summary:
    """The collage that the request names. Raises NotFound, CollageUnsound."""
    name = request.args.get(field, "")
    return services().dashboard.album.one(campaign, name) if name else usual


def _rows(before: Summary, after: Summary) -> Iterator[tuple[str, str, str, bool]]:
    """What each row of the table is about, the two figures, and whether they differ."""
    for label, one, other in zip(_LABELS, _figures(before), _figures(after), strict=True):
        yield label, one, other, one != other


_LABELS = (
    "People",
    "Left out",
    "Further photos",
    "Unreadable",
    "Pinned",
    "Grid",
    "Cell, px",
    "Canvas, px",
    "Background",
    "Cost",
)


def _figures(past: Summary) -> tuple[str, ...]:
    counted = (past.shown, past.left_out, past.duplicates, past.unreadable, past.pin)
    grid = past.layout
    return (
        *(f"{len(people):,}" for people in counted),
        f"{grid.cols} × {grid.rows}",
        f"{grid.cell_width} × {grid.cell_height}",
        f"{past.canvas.width} × {past.canvas.height}",
        past.background or "none",
        str(grid.terms.get("sum", "")).rpartition("= ")[2],
    )


def _people(campaign: str, public_ids: tuple[str, ...]) -> list[Tile]:
    """The first few of them; some photos may be gone."""
    few = public_ids[:SHOWN]
    held = services().store.photos.find(campaign, set(few))
    return tiles(campaign, [held.get(one) or Photo(one, 0) for one in few], named=services().moderation.named(campaign))
