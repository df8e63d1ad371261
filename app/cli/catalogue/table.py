"""The catalogue as a table for people. Pure."""

from collections.abc import Iterator, Sequence

from app.adapters.store.photos.entries import Entry
from app.core.plurals import count

HEAD = ("photo", "taken", "in UTC", "place", "sign", "camera", "before", "after")
WIDEST = 40  # characters of a cell


def lines(entries: Sequence[Entry]) -> Iterator[str]:
    """One line a photo, below a head."""
    rows = [HEAD, *map(_row, entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summary(entries: Sequence[Entry]) -> str:
    """How many photos there are, and of how many when and where is known."""
    dated = sum(entry.taken is not None for entry in entries)
    placed = sum(entry.city is not None for entry in entries)
    flagged = sum(one.flag is not None for one in entries)
    doubtful = f", {flagged} with a date that cannot be right" if flagged else ""
    return f"{count(len(entries), 'photo', 'photos')}: {dated} with a date, {placed} with a place{doubtful}"


def _row(entry: Entry) -> tuple[str, ...]:
    taken = " ".join(filter(None, (entry.taken, entry.offset, f"({entry.flag})" if entry.flag else "")))
    place = ", ".join(dict.fromkeys(filter(None, (entry.city, entry.region, entry.country))))
    if entry.latitude is not None and entry.longitude is not None:
        place = f"{place} ({entry.latitude:.5f}, {entry.longitude:.5f})".strip()
    sizes = (
        _size(entry.width, entry.height, entry.bytes),
        _size(entry.archive_width, entry.archive_height, entry.archive_bytes),
    )
    cells = (entry.public_id, taken, entry.taken_at, place, entry.zodiac, entry.camera, *sizes)
    return tuple(_short(cell or "") for cell in cells)


def _size(width: int | None, height: int | None, length: int | None) -> str:
    return "" if not (width and height and length) else f"{width}×{height}, {length / 1000:,.0f} KB"


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
