"""A bar chart of numbers by day, as templates/dashboard/chart.html draws it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, FOOT = 480, 120, 22  # pixels
MOST_DAYS = 60  # only the last ones are shown


@dataclass(frozen=True)
class Bar:
    """`x`, `y`: its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    label: str


@dataclass(frozen=True)
class Label:
    """`anchor`: which end of the text is at `x`, as SVG's text-anchor has it."""

    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Chart:
    """Lengths are in pixels of a canvas of `width` × `height`. `axis`: how far down the days' axis is."""

    title: str
    bars: list[Bar]
    labels: list[Label]
    width: int = WIDTH
    height: int = HEIGHT
    axis: float = HEIGHT - FOOT + 0.5


def chart(by_day: Mapping[str, int], what: str) -> Chart | None:
    """A bar for each day from the first to the last, including days without anything; None without any day.

    `by_day`: numbers by date (2026-11-20); `what`: what is counted, for screen readers.
    """
    if not by_day:
        return None
    first, last = date.fromisoformat(min(by_day)), date.fromisoformat(max(by_day))
    days = [last - timedelta(before) for before in reversed(range(min((last - first).days + 1, MOST_DAYS)))]
    numbers = [by_day.get(day.isoformat(), 0) for day in days]
    most = max(*numbers, 1)
    step = min(WIDTH / len(days), 48)
    tallest = HEIGHT - FOOT - 16  # its number stands above it
    bars = [
        Bar(
            x=index * step + step * 0.12,
            y=HEIGHT - FOOT - tallest * number / most,
            width=step * 0.76,
            height=tallest * number / most,
            radius=min(3, step * 0.15),
            label=f"{_day(day)}: {number}",
        )
        for index, (day, number) in enumerate(zip(days, numbers, strict=True))
    ]
    counted = ", ".join(bar.label for bar, number in zip(bars, numbers, strict=True) if number)
    return Chart(f"{what} by day. {counted}", bars, _labels(days, numbers, most, step))


def _labels(days: list[date], numbers: list[int], most: int, step: float) -> list[Label]:
    """The largest number above its bar, the first day and, if there is room, the last."""
    peak = numbers.index(most) if most in numbers else 0
    labels = [
        Label(str(most), min(max(peak * step + step / 2, 12), WIDTH - 12), 11, "middle"),
        Label(_day(days[0]), 0, HEIGHT - 4, "start"),
    ]
    if len(days) > 1 and step * len(days) > 120:
        labels.append(Label(_day(days[-1]), step * len(days), HEIGHT - 4, "end"))
    return labels


def _day(day: date) -> str:
    return f"{day:%-d %b}"
