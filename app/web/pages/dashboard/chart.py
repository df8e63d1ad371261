"""A small chart of what happened on which day. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, HEIGHT, FOOT = 480, 120, 22  # pixels
MOST_DAYS = 60  # the last so many are shown


def chart(by_day: Mapping[str, int], what: str) -> str:
    """An SVG with a bar for each day from the first to the last, days without anything included; "" for no day.

    `by_day`: numbers by date (2026-11-20); `what`: what is counted, for those who hear the page.
    """
    if not by_day:
        return ""
    first, last = date.fromisoformat(min(by_day)), date.fromisoformat(max(by_day))
    many = min((last - first).days + 1, MOST_DAYS)
    days = [last - timedelta(before) for before in reversed(range(many))]
    numbers = [by_day.get(day.isoformat(), 0) for day in days]
    most = max(*numbers, 1)
    svg = Element(
        "svg",
        {"class": "chart", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-labelledby": "chart-title"},
    )
    told = ", ".join(f"{_day(day)}: {number}" for day, number in zip(days, numbers, strict=True) if number)
    SubElement(svg, "title", {"id": "chart-title"}).text = f"{what} by day. {told}"
    step = min(WIDTH / len(days), 48)
    room = HEIGHT - FOOT - 16  # above the highest bar stands its number
    for index, (day, number) in enumerate(zip(days, numbers, strict=True)):
        height = room * number / most
        place = {"x": f"{index * step + step * 0.12:.1f}", "y": f"{HEIGHT - FOOT - height:.1f}"}
        shape = {"width": f"{step * 0.76:.1f}", "height": f"{height:.1f}", "rx": f"{min(3, step * 0.15):.1f}"}
        bar = SubElement(svg, "rect", {"class": "bar-of"} | place | shape)
        SubElement(bar, "title").text = f"{_day(day)}: {number}"
    floor = f"{HEIGHT - FOOT + 0.5:g}"
    SubElement(svg, "line", {"class": "axis", "x1": "0", "x2": str(WIDTH), "y1": floor, "y2": floor})
    peak = numbers.index(most) if most in numbers else 0
    _text(svg, str(most), min(max(peak * step + step / 2, 12), WIDTH - 12), 11, "middle")
    _text(svg, _day(days[0]), 0, HEIGHT - 4, "start")
    if len(days) > 1 and step * len(days) > 120:
        _text(svg, _day(days[-1]), step * len(days), HEIGHT - 4, "end")
    return tostring(svg, encoding="unicode")


def _text(parent: Element, text: str, x: float, y: float, anchor: str) -> None:
    SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:g}", "text-anchor": anchor}).text = text


def _day(day: date) -> str:
    return f"{day:%-d %b}"
