"""What the catalogue says of a photo: a line of catalogue.jsonl. Pure."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from app.adapters.store.documents import is_count

TIME = ("taken", "offset", "taken_at", "flag", "zodiac")
PLACE = ("zone", "city", "region", "country", "country_code", "latitude", "longitude")
LONGEST = 1000  # characters of a text


@dataclass(frozen=True, slots=True)
class LookNote:
    """The result of a look: pixels, bytes, when it was made (UTC), and the seconds that took."""

    width: int
    height: int
    bytes: int
    made_at: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo. Times of ours are UTC; None: not known.

    `version`, `asset_id`: of the picture that this is about (`Asset`). `exact`: whether the position may be kept.
    `taken`, `offset`: date and offset from UTC as they stand in the file; `taken_at`: the same in UTC. `flag`: why it
    is not known: "impossible" or "future". `zone`: the time zone of the place. `latitude`, `longitude`: degrees, north
    and east. `width`, `height`, `bytes`: of the picture as it was sent, pixels not yet upright; `archive_…`: as stored.
    `sent_at`, `approved_at`, `stored_at`: when it came to its source, was approved, was put into the store. `pending`:
    the file says where it was taken, but the place could not be looked up yet. `name`: of the person (`Asset.person`),
    and never an address. `looks`: what was last made of the photo, by look.
    """

    public_id: str
    asset_id: str
    version: int
    exact: bool = False
    pending: bool = False
    taken: str | None = None
    offset: str | None = None
    taken_at: str | None = None
    flag: str | None = None
    zodiac: str | None = None
    zone: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    country_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    archive_width: int | None = None
    archive_height: int | None = None
    archive_bytes: int | None = None
    sent_at: str | None = None
    approved_at: str | None = None
    stored_at: str | None = None
    name: str | None = None
    looks: Mapping[str, LookNote] = field(default_factory=dict, hash=False)


COLUMNS = tuple(one.name for one in fields(Entry))
NEEDED = ("public_id", "asset_id", "version")
FLAGS, DEGREES = ("exact", "pending"), ("latitude", "longitude")
COUNTS = ("version", "width", "height", "bytes", "archive_width", "archive_height", "archive_bytes")
NOTED = tuple(one.name for one in fields(LookNote))


def read(line: Mapping[str, Any]) -> Entry | None:
    """The entry in a line of the catalogue; None if it is none. Fields that later versions add are left out."""
    values = {name: line[name] for name in COLUMNS if line.get(name) is not None}
    if not all(name in values for name in NEEDED) or not all(map(_fits, values, values.values())):
        return None
    if "looks" in values:
        values["looks"] = {look: _note(note) for look, note in values["looks"].items()}
    return Entry(**values)


def written(entry: Entry) -> dict[str, Any]:
    """The entry as a line, without what is not known."""
    return {name: value for name, value in asdict(entry).items() if value not in (None, {}) and value is not False}


def merged(old: Entry, new: Entry) -> Entry:
    """Two entries about one photo in one: what the later one does not know stays as it was.

    Of two pictures under one public ID the newer counts, and nothing of the other stays.
    """
    if (old.version, old.asset_id) != (new.version, new.asset_id):
        return new if new.version >= old.version else old
    values = {name: _either(new, old, name) for name in COLUMNS if name not in (*TIME, *PLACE)}
    same_time = new.taken is None or (new.taken, new.flag) == (old.taken, old.flag)
    values |= {name: _either(new, old, name) if same_time else getattr(new, name) for name in TIME}
    placed = old if new.zone is None else new
    values |= {name: getattr(placed, name) for name in PLACE}
    values |= {name: _either(new, old, name) if new.exact else None for name in DEGREES}
    values["looks"] = {**old.looks, **new.looks}
    values |= {"exact": new.exact, "pending": (new.pending or old.pending) and placed.zone is None}
    return Entry(**values)


def limited(entry: Entry, *, exact: bool) -> Entry:
    """The entry without its position, unless that may be kept."""
    if exact:
        return entry
    return replace(entry, exact=False, latitude=None, longitude=None)


def _either(new: Entry, old: Entry, name: str) -> Any:
    value = getattr(new, name)
    return getattr(old, name) if value is None else value


def _fits(name: str, value: object) -> bool:
    if name in FLAGS:
        return isinstance(value, bool)
    if name in DEGREES:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 180
    if name == "looks":
        return isinstance(value, dict) and all(map(_is_note, value.values()))
    return is_count(value) if name in COUNTS else isinstance(value, str) and len(value) <= LONGEST


def _is_note(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    seconds, made_at = value.get("seconds"), value.get("made_at")
    counted = all(is_count(value.get(name)) for name in ("width", "height", "bytes"))
    timed = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < math.inf
    return counted and timed and isinstance(made_at, str) and len(made_at) <= LONGEST


def _note(value: Mapping[str, Any]) -> LookNote:
    return LookNote(**{name: value[name] for name in NOTED})
