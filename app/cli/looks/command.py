"""The command that makes looks, orders them where a queue is set, or exports them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from app.adapters.sqs import Queue
from app.adapters.store import Store
from app.cli.looks.making import Wish, make_here, order_all, say_what_is_due
from app.cli.options import print_notes, read_settings
from app.core.config import Campaigns, Settings, load_campaigns
from app.core.plurals import count
from app.services.looks.exporting.export import Exported, export
from app.services.looks.ordering import queue_of, require_wanted
from app.services.looks.recipes import Look, load_looks
from app.services.looks.steps.style import MOST
from app.services.looks.styles import STRONGEST

SCALE = click.FloatRange(0, STRONGEST)


@click.command(short_help="Finish photos: cut them out, add a watermark.")
@click.argument("campaign", metavar="[CAMPAIGN]", required=False)
@click.argument("name", metavar="[LOOK]", required=False)
@click.argument("public_ids", metavar="[ID]...", nargs=-1)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Make it of at most N photos now.")
@click.option("--dry-run", is_flag=True, help="Only say how many photos it would be made of.")
@click.option("--retry-failed", is_flag=True, help="Also try photos again that it could not be made of.")
@click.option(
    "--seed", type=click.IntRange(0, MOST), metavar="N", help="Of a style: the seed, instead of the photo's own."
)
@click.option("--lora-scale", type=SCALE, metavar="X", help="Of a style: how strongly its LoRA acts, 0 to 3.")
@click.option("--text-encoder-scale", type=SCALE, metavar="Y", help="Of a style: the same for how the prompt is read.")
@click.option(
    "--export",
    "directory",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help="Make nothing; write the results that are there into DIRECTORY, named by place and number.",
)
def look(
    campaign: str | None,
    name: str | None,
    public_ids: tuple[str, ...],
    limit: int | None,
    directory: Path | None,
    *,
    dry_run: bool,
    retry_failed: bool,
    **options: float | None,
) -> None:
    """Make LOOK of the photos of CAMPAIGN, or of those with these public IDs, where it is missing or out of date.

    A look is a way to finish a photo: a table in looks.toml with a list of steps. It is out of date when the photo or
    the recipe has changed. The photos themselves stay as they are. This can be ended at any time: run again, it goes on
    where it stopped. A photo that it cannot be made of is named with the reason, and not tried again until the photo or
    the recipe changes, or with --retry-failed; the exit code is 1 then.

    Where COLLAGEN_LOOKS_QUEUE is set, looks are ordered in that queue instead, and workers make them (python -m app
    worker --looks).

    A look with the step style is painted by a diffusion model: by COLLAGEN_STYLES_QUEUE, if that is set, or here. Each
    photo has a seed of its own, so it always becomes the same picture. With --seed, --lora-scale or
    --text-encoder-scale, photos that were painted otherwise are painted again, on this machine, and stay so until the
    photo or the recipe changes.

    Without LOOK, the looks are those that CAMPAIGN wants of every photo (looks = ["orange"] in campaigns.toml); without
    CAMPAIGN, those of all campaigns. A timer does that every ten minutes. Nothing more is ordered then while the queue
    still has orders.

    With --export, a photo keeps its name from run to run; files of photos that were removed, replaced or cut anew are
    removed from DIRECTORY; what was not written by this command, or was changed since, is left alone.

    \b
    Example:  python -m app look sayno orange
              python -m app look sayno orange sayno/x7k2 --retry-failed
              python -m app look
              python -m app look sayno orange --export /srv/cards
              python -m app look sayno vangogh sayno/x7k2 --seed 7
    """
    asked = {key: value for key, value in options.items() if value is not None}
    if directory is not None and (limit or dry_run or retry_failed or asked):
        raise click.UsageError("--export makes nothing; leave out --limit, --dry-run, --retry-failed and --seed.")
    if (directory is not None or asked) and name is None:
        raise click.UsageError(
            f"{'--export needs' if directory else 'Seeds and strengths need'} a CAMPAIGN and a LOOK."
        )
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(*([] if campaign is None else [campaign]))
    store = Store(settings.store)
    wanted = _wanted(settings, campaigns, campaign, name)
    if directory is not None:
        ((rules, chosen),) = wanted
        _print(export(store, campaigns[rules], chosen, directory, public_ids), chosen.name, directory)
        return
    wishes = [
        Wish(store, one, chosen.overridden(asked), public_ids, limit, retry=retry_failed) for one, chosen in wanted
    ]
    if dry_run:
        say_what_is_due(wishes)
        return
    by_queue: dict[str | None, list[Wish]] = {}
    for wish in wishes:
        by_queue.setdefault(None if asked else queue_of(settings, wish.look), []).append(wish)
    here = by_queue.pop(None, [])
    for url, ordered in by_queue.items():
        queue = Queue(str(url))
        if name is None and queue.count():
            click.echo(f"{queue.name} still has orders, so nothing more is ordered.")
        else:
            order_all(ordered, queue)
    if make_here(here, settings, campaigns):
        sys.exit(1)


def _wanted(settings: Settings, campaigns: Campaigns, campaign: str | None, name: str | None) -> list[tuple[str, Look]]:
    """Which looks of which campaigns. Raises NotFound, SettingError."""
    if campaign is not None and name is not None:
        return [(campaign, load_looks(settings.looks_file, required=True).require(name))]
    looks: Mapping[str, Look] = require_wanted(settings, campaigns) or {}
    names: Sequence[str] = list(campaigns) if campaign is None else [campaign]
    return [(one, looks[look]) for one in names for look in campaigns[one].looks]


def _print(done: Exported, name: str, directory: Path) -> None:
    parts = [f"{name}: {count(done.written, 'file', 'files')} written to {directory}, {done.there} there already"]
    parts += [f"{done.removed} removed"] * bool(done.removed)
    parts += [f"{count(done.without, 'photo has', 'photos have')} no current result"] * bool(done.without)
    click.echo("; ".join(parts))
    print_notes(done.kept, err=True)
