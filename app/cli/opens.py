"""The command that shows who opened the mails."""

import json
from datetime import date, timedelta

import click

from app.adapters.store import Store
from app.cli.options import CollageNumber, read_settings
from app.cli.table import print_csv
from app.core.config import load_campaigns
from app.services.tracking.figures import Count, Figures, read

BARS = 31  # most rows in the chart
WIDEST = 40  # characters of a bar
EIGHTHS = " ▏▎▍▌▋▊▉"
MEANING = {
    "human": "a browser or mail program",
    "proxy": "a mail provider's proxy, usually for somebody who read the mail",
    "unknown": "a script, a link checker, or something unidentified",
    "prefetch": "fetched before anyone read the mail",
}
LIMITS = """\
What these figures cannot show:
  - Apple Mail and sometimes Gmail fetch pictures in advance: a mail that nobody looked at counts as opened (prefetch).
  - Many mail programs block pictures until asked: a person who reads a mail without them does not count.
  - A proxy fetches once and may show the picture often, or later: its hits and days are not the reader's.
  - A forwarded mail counts as opened by the person it was sent to.
Use them to compare two mails, not to count how many people read one."""


@click.command(short_help="Show who opened the mails.")
@click.argument("campaign")
@click.argument("collage", type=CollageNumber(), required=False)
@click.option("--json", "form", flag_value="json", help="Print the figures as JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print the figures as CSV.")
def opens(campaign: str, collage: str | None, form: str | None) -> None:
    """Show who opened the mails about CAMPAIGN's collages, or about one COLLAGE.

    How many people were told, how many mails the server took, and how many people loaded their picture: by what loaded
    it, and by day (UTC). Figures only, no names.

    \b
    Example:  python -m app opens sayno
              python -m app opens sayno 0003 --csv > opens.csv
    """
    settings = read_settings()
    campaigns = load_campaigns(settings.campaigns_file)
    campaigns.require(campaign)
    counted = read(Store(settings.store), campaign, collage)
    if form == "json":
        click.echo(json.dumps({"campaign": campaign, "collage": collage} | counted.as_json(), ensure_ascii=False))
    elif form == "csv":
        head = ("campaign", "collage", "what", "which", "people", "hits")
        print_csv([head, *((campaign, collage or "", *row) for row in counted.as_rows())])
    else:
        _print(counted, campaign, collage, campaigns[campaign].tracking)


def _print(counted: Figures, campaign: str, collage: str | None, tracking: str) -> None:
    click.echo(f"{campaign}, collage {collage}" if collage else f"{campaign}, all collages")
    click.echo(f"  told                     {counted.told:>7,}")
    click.echo(f"  delivered to the server  {_part(counted.delivered, counted.told)}")
    for label, number in (("failed", counted.failed), ("uncertain", counted.uncertain)):
        if number:
            click.echo(f"  {label:<23}  {_part(number, counted.told)}")
    if tracking == "off":
        click.echo("  Opens are not recorded: tracking is off in campaigns.toml.")
    if counted.opened is None:
        click.echo(f"  picture loaded           {counted.hits:>7,}  times; by how many people is not recorded")
    else:
        click.echo(f"  opened                   {_part(counted.opened, counted.delivered)} of those delivered")
    if not counted.hits:
        return
    click.echo(f"\n  {'loaded by':<10}{'people':>8}{'hits':>8}")
    for name, loaded in counted.by_class.items():
        click.echo(f"  {name:<10}{loaded.people:>8,}{loaded.hits:>8,}  {MEANING[name]}")
    if counted.nobodys:
        click.echo(f"  {counted.nobodys:,} of the hits belong to no recipient: test mails, or records erased since.")
    click.echo()
    for line in chart(counted.by_day, of_people=counted.opened is not None):
        click.echo(f"  {line}")
    click.echo(f"\n{LIMITS}")


def _part(number: int, whole: int) -> str:
    return f"{number:>7,}  {number / whole:>4.0%}" if whole else f"{number:>7,}"


def chart(by_day: dict[str, Count], *, of_people: bool) -> list[str]:
    """A bar for each day from the first to the last, or for several days together if there are many.

    `of_people`: bars are people by their first open, otherwise hits.
    """
    days = [date.fromisoformat(day) for day in by_day]
    step = -(-((days[-1] - days[0]).days + 1) // BARS)
    bars: dict[date, int] = {}
    for number in range(0, (days[-1] - days[0]).days + 1, step):
        bars[days[0] + timedelta(number)] = 0
    for day, counted in zip(days, by_day.values(), strict=True):
        begins = day - timedelta((day - days[0]).days % step)
        bars[begins] += counted.people if of_people else counted.hits
    most = max(1, *bars.values())
    kind = "people, by the day of their first open" if of_people else "hits by day"
    together = f"{kind} (UTC)" if step == 1 else f"{kind} (UTC), {step} days together"
    return [together, *(f"{day}  {_bar(number, most)} {number:,}" for day, number in bars.items())]


def _bar(number: int, most: int) -> str:
    eighths = round(number / most * WIDEST * 8)
    if number:
        eighths = max(1, eighths)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
