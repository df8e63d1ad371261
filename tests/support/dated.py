"""Pictures whose place, date and time zone are known: exiftool has written them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from app.adapters.imaging import ARCHIVE
from scripts.sandbox.pictures import jpeg
from tests.support.sources import LONG_AGO, write

BERLIN, SYDNEY, NEW_YORK = (52.5200, 13.4050), (-33.8688, 151.2093), (40.7128, -74.0060)
HONOLULU, APIA = (21.3069, -157.8583), (-13.8333, -171.7667)


@dataclass(frozen=True)
class Dated:
    """A picture and what the catalogue should say of it. `tags`: more for exiftool; `said`: more of the entry."""

    name: str
    taken: str | None = None
    offset: str | None = None
    at: tuple[float, float] | None = None
    utc: str | None = None
    sign: str | None = None
    zone: str | None = None
    city: str | None = None
    country: str | None = None
    flag: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, str]:
        values = dict(self.tags)
        if self.taken is not None and "DateTimeOriginal" not in values:
            values["DateTimeOriginal"] = self.taken
        if self.offset is not None:
            values["OffsetTimeOriginal"] = self.offset
        if self.at is not None:
            latitude, longitude = self.at
            values |= {"GPSLatitude": f"{abs(latitude)}", "GPSLatitudeRef": "N" if latitude >= 0 else "S"}
            values |= {"GPSLongitude": f"{abs(longitude)}", "GPSLongitudeRef": "E" if longitude >= 0 else "W"}
        return {tag: value for tag, value in values.items() if value != "-"}

    @property
    def expected(self) -> dict[str, Any]:
        expected = {
            "taken": self.taken,
            "offset": self.offset,
            "taken_at": self.utc,
            "flag": self.flag,
            "zodiac": self.sign,
            "zone": self.zone,
            "city": self.city,
            "country_code": self.country,
        }
        return expected | dict(self.said)


def _in(city: str, country: str, zone: str, at: tuple[float, float]) -> dict[str, Any]:
    return {"city": city, "country": country, "zone": zone, "at": at}


IN_BERLIN = _in("Mitte", "DE", "Europe/Berlin", BERLIN)
IN_SYDNEY = _in("Sydney", "AU", "Australia/Sydney", SYDNEY)
IN_NEW_YORK = _in("New York City", "US", "America/New_York", NEW_YORK)
IN_HONOLULU = _in("Honolulu", "US", "Pacific/Honolulu", HONOLULU)
IN_APIA = _in("Apia", "WS", "Pacific/Apia", APIA)

CASES = (
    # winter and summer, north and south
    Dated("berlin winter", "2024:01:15 12:00:00", None, utc="2024-01-15T11:00:00Z", sign="Capricorn", **IN_BERLIN),
    Dated("berlin summer", "2024:07:15 12:00:00", None, utc="2024-07-15T10:00:00Z", sign="Cancer", **IN_BERLIN),
    Dated("sydney summer", "2023:12:25 10:00:00", None, utc="2023-12-24T23:00:00Z", sign="Capricorn", **IN_SYDNEY),
    Dated("sydney winter", "2024:06:25 10:00:00", None, utc="2024-06-25T00:00:00Z", sign="Cancer", **IN_SYDNEY),
    Dated("new york winter", "2024:01:01 20:00:00", None, utc="2024-01-02T01:00:00Z", sign="Capricorn", **IN_NEW_YORK),
    Dated("new york summer", "2024:08:01 20:00:00", None, utc="2024-08-02T00:00:00Z", sign="Leo", **IN_NEW_YORK),
    Dated(
        "london summer",
        "2024:04:01 12:00:00",
        utc="2024-04-01T11:00:00Z",
        sign="Aries",
        **_in("London", "GB", "Europe/London", (51.5085, -0.1257)),
    ),
    # the hour that is skipped, and the one that comes twice
    Dated("berlin skipped", "2024:03:31 02:30:00", None, utc="2024-03-31T01:30:00Z", sign="Aries", **IN_BERLIN),
    Dated("berlin twice", "2024:10:27 02:30:00", None, utc="2024-10-27T00:30:00Z", sign="Scorpio", **IN_BERLIN),
    Dated(
        "berlin twice, later",
        "2024:10:27 02:30:00",
        utc="2024-10-27T01:30:00Z",
        sign="Scorpio",
        tags={"GPSDateStamp": "2024:10:27", "GPSTimeStamp": "01:29:51"},
        **IN_BERLIN,
    ),
    # offsets that are not whole hours
    Dated(
        "kathmandu",
        "2024:05:05 06:00:00",
        utc="2024-05-05T00:15:00Z",
        sign="Taurus",
        **_in("Kathmandu", "NP", "Asia/Kathmandu", (27.7017, 85.3206)),
    ),
    Dated(
        "adelaide",
        "2024:01:10 12:00:00",
        utc="2024-01-10T01:30:00Z",
        sign="Capricorn",
        **_in("Adelaide", "AU", "Australia/Adelaide", (-34.9287, 138.5986)),
    ),
    Dated(
        "st johns",
        "2024:01:10 12:00:00",
        utc="2024-01-10T15:30:00Z",
        sign="Capricorn",
        **_in("St. John's", "CA", "America/St_Johns", (47.5649, -52.7093)),
    ),
    # the date line
    Dated("apia", "2024:06:01 10:00:00", None, utc="2024-05-31T21:00:00Z", sign="Gemini", **IN_APIA),
    Dated(
        "apia, before it changed sides", "2011:12:29 23:00:00", utc="2011-12-30T09:00:00Z", sign="Capricorn", **IN_APIA
    ),
    Dated(
        "pago pago",
        "2024:06:01 10:00:00",
        utc="2024-06-01T21:00:00Z",
        sign="Gemini",
        **_in("Pago Pago", "AS", "Pacific/Pago_Pago", (-14.2781, -170.7025)),
    ),
    Dated(
        "kiritimati",
        "2024:06:01 10:00:00",
        utc="2024-05-31T20:00:00Z",
        sign="Gemini",
        **_in("Banana", "KI", "Pacific/Kiritimati", (1.9687, -157.3936)),
    ),
    Dated(
        "suva",
        "2024:06:01 00:00:00",
        utc="2024-05-31T12:00:00Z",
        sign="Gemini",
        **_in("Suva", "FJ", "Pacific/Fiji", (-18.1416, 178.4415)),
    ),
    Dated(
        "auckland",
        "2024:01:01 00:30:00",
        utc="2023-12-31T11:30:00Z",
        sign="Capricorn",
        **_in("Auckland", "NZ", "Pacific/Auckland", (-36.8485, 174.7635)),
    ),
    Dated(
        "anadyr",
        "2024:01:01 00:30:00",
        utc="2023-12-31T12:30:00Z",
        sign="Capricorn",
        **_in("Anadyr", "RU", "Asia/Anadyr", (64.7340, 177.5149)),
    ),
    # far north, far south, the equator
    Dated(
        "longyearbyen",
        "2024:07:01 00:00:00",
        utc="2024-06-30T22:00:00Z",
        sign="Cancer",
        **_in("Longyearbyen", "SJ", "Arctic/Longyearbyen", (78.2233, 15.6469)),
    ),
    Dated(
        "ushuaia",
        "2024:12:22 12:00:00",
        utc="2024-12-22T15:00:00Z",
        sign="Capricorn",
        **_in("Ushuaia", "AR", "America/Argentina/Ushuaia", (-54.8011, -68.3030)),
    ),
    Dated(
        "nairobi",
        "2024:08:23 01:00:00",
        utc="2024-08-22T22:00:00Z",
        sign="Virgo",
        **_in("Nairobi", "KE", "Africa/Nairobi", (-1.2833, 36.8167)),
    ),
    Dated(
        "tromsø",
        "2024:11:22 12:00:00",
        utc="2024-11-22T11:00:00Z",
        sign="Sagittarius",
        **_in("Tromsø", "NO", "Europe/Oslo", (69.6489, 18.9551)),
    ),
    # nowhere near a town
    Dated(
        "atlantic", "2024:09:23 12:00:00", at=(0.5, -30.0), zone="Etc/GMT+2", utc="2024-09-23T14:00:00Z", sign="Libra"
    ),
    Dated("north sea", "2024:09:22 12:00:00", at=(55.5, 3.0), zone="Etc/GMT", utc="2024-09-22T12:00:00Z", sign="Virgo"),
    Dated(
        "sahara",
        "2024:09:22 12:00:00",
        at=(25.5, -1.0),
        zone="Africa/Algiers",
        utc="2024-09-22T11:00:00Z",
        sign="Virgo",
    ),
    Dated(
        "south pole",
        "2024:01:20 12:00:00",
        at=(-89.9, 0.0),
        zone="Antarctica/McMurdo",
        utc="2024-01-19T23:00:00Z",
        sign="Aquarius",
    ),
    # both edges of a sign, by the day on site
    Dated("pisces", "2024:03:20 23:59:59", None, utc="2024-03-20T22:59:59Z", sign="Pisces", **IN_BERLIN),
    Dated("aries", "2024:03:21 00:00:00", None, utc="2024-03-20T23:00:00Z", sign="Aries", **IN_BERLIN),
    Dated("aquarius", "2024:02:18 23:30:00", None, utc="2024-02-19T09:30:00Z", sign="Aquarius", **IN_HONOLULU),
    Dated("pisces again", "2024:02:19 00:30:00", None, utc="2024-02-19T10:30:00Z", sign="Pisces", **IN_HONOLULU),
    Dated("leap day", "2024:02:29 23:00:00", None, utc="2024-02-29T22:00:00Z", sign="Pisces", **IN_BERLIN),
    # without a place
    Dated("date only", "2024:05:20 12:00:00", sign="Taurus"),
    Dated("offset only", "2024:05:21 01:00:00", "+02:00", utc="2024-05-20T23:00:00Z", sign="Gemini"),
    Dated("far offset", "2024:05:21 01:00:00", "-11:00", utc="2024-05-21T12:00:00Z", sign="Gemini"),
    Dated(
        "satellites only",
        "2024:05:21 01:00:00",
        utc="2024-05-20T23:00:03Z",
        sign="Gemini",
        tags={"GPSDateStamp": "2024:05:20", "GPSTimeStamp": "23:00:03"},
    ),
    # the offset in the file wins over the place: the camera's clock was not set to it
    Dated("home time", "2024:01:15 12:00:00", "+01:00", utc="2024-01-15T11:00:00Z", sign="Capricorn", **IN_SYDNEY),
    # without a date
    Dated("place only", None, **IN_BERLIN),
    Dated("nothing"),
    Dated(
        "satellites and place",
        "2024:05:20 23:30:00",
        "Z",
        utc="2024-05-20T23:30:00Z",
        sign="Gemini",
        tags={
            "DateTimeOriginal": "-",
            "OffsetTimeOriginal": "-",
            "GPSDateStamp": "2024:05:20",
            "GPSTimeStamp": "23:30:00",
        },
        **IN_BERLIN,
    ),
    Dated(
        "scanned",
        "2023:10:23 09:00:00",
        "+02:00",
        utc="2023-10-23T07:00:00Z",
        sign="Scorpio",
        tags={"DateTimeOriginal": "-", "CreateDate": "2023:10:23 09:00:00", "OffsetTimeDigitized": "+02:00"},
    ),
    # dates that cannot be right
    Dated("future", "2099:06:01 12:00:00", flag="future", **IN_BERLIN),
    Dated("future offset", "2099:06:01 12:00:00", "+02:00", flag="future"),
    Dated("impossible", "2024:02:30 12:00:00", flag="impossible", **IN_BERLIN),
    Dated("zeros", "0000:00:00 00:00:00", flag="impossible"),
    Dated("before photography", "1582:10:15 12:00:00", flag="impossible"),
    # positions that cannot be right
    Dated("null island", "2024:05:20 12:00:00", at=(0.0, 0.0), sign="Taurus"),
    Dated(
        "no hemisphere", "2024:05:20 12:00:00", sign="Taurus", tags={"GPSLatitude": "52.52", "GPSLongitude": "13.405"}
    ),
    # cameras
    Dated("camera", tags={"Make": "Canon", "Model": "Canon EOS R6"}, said={"camera": "Canon EOS R6"}),
    Dated("phone", tags={"Make": "Apple", "Model": "iPhone 15"}, said={"camera": "Apple iPhone 15"}),
)


def make(folder: Path, cases: Iterable[Dated] = CASES) -> dict[str, Path]:
    """A JPEG for each case in `folder`, by its name; exiftool is started once."""
    picture = jpeg(Image.new("RGB", ARCHIVE, "teal"))  # stays as it is, which is the least work
    paths = {case.name: write(folder / f"{case.name}.jpg", picture) for case in cases}
    arguments: list[str] = []
    for case in cases:
        tags = [f"-{tag}#={value}" for tag, value in case.written.items()]
        if tags:
            arguments += [*tags, "-overwrite_original", "-q", str(paths[case.name]), "-execute"]
    done = subprocess.run(
        ["exiftool", "-@", "-"], input="\n".join(arguments).encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for path in paths.values():
        write(path, path.read_bytes(), LONG_AGO)
    return paths
