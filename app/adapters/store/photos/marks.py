"""The time of a file that was made from an archive says which picture it shows: the archive's mark (`Tags.mark`).

Pure. The whole seconds of a mark are the photo's version, its four decimals say where the photo was cut.
"""

from os import stat_result

PLACES = 10**4  # of a second; a float keeps them until the year 2038
VERSIONS = 2**31  # that the whole seconds tell apart


def time_of(mark: float | None) -> float:
    """The modification time for a mark (0 for none), within the range of every file system."""
    return 0 if mark is None else mark % VERSIONS


def number(found: stat_result) -> int:
    """A file's mark as a whole number: the version, followed by the decimals if the photo was cut."""
    whole, place = _parts(found)
    return whole * PLACES + place if place else whole


def seconds(number: int) -> float:
    """The modification time that has this number."""
    return number if number < VERSIONS else number / PLACES


def version(number: int) -> int:
    """The photo's version in a number."""
    return number if number < VERSIONS else number // PLACES


def has(found: stat_result, mark: float | None) -> bool:
    """Whether a file has this mark. A file system or a copy without fractions of seconds keeps the version only."""
    wanted, place = divmod(round(time_of(mark) * PLACES), PLACES)
    whole, there = _parts(found)
    return whole == wanted and there in (0, place)


def _parts(found: stat_result) -> tuple[int, int]:
    return divmod(round(found.st_mtime_ns * PLACES / 10**9), PLACES)
