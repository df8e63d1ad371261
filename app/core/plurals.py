"""Numbers with their nouns, in English. Pure."""


def count(number: int, one: str = "", many: str = "") -> str:
    """`1 person`, `1,234 people`; only the number if there are no nouns."""
    return f"{number:,} {one if number == 1 else many}".rstrip()
