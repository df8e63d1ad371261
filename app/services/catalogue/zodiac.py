"""Signs of the zodiac, by the days that newspapers use. Pure."""

from datetime import date

# the last day of each sign: month, day
LAST = (
    *((1, 19, "Capricorn"), (2, 18, "Aquarius"), (3, 20, "Pisces"), (4, 19, "Aries"), (5, 20, "Taurus")),
    *((6, 20, "Gemini"), (7, 22, "Cancer"), (8, 22, "Leo"), (9, 22, "Virgo"), (10, 22, "Libra")),
    *((11, 21, "Scorpio"), (12, 21, "Sagittarius"), (12, 31, "Capricorn")),
)


def sign(day: date) -> str:
    """The sign of a day."""
    return next(name for month, last, name in LAST if (day.month, day.day) <= (month, last))
