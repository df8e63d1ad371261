"""`Table`: what a trial of a machine found."""

from __future__ import annotations


class Table:
    """Prints each check and counts those that failed."""

    def __init__(self) -> None:
        self.failed = 0

    def row(self, what: str, held: bool, more: object = "") -> None:
        self.failed += not held
        print(f"  {'✓' if held else '✗'} {what}{f': {more}' if more != '' else ''}", flush=True)
