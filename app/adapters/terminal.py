"""Progress on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

import sys
import time

import click

LINE_EVERY = 10  # seconds, where there is no terminal


class Progress:
    """`what`: what is counted, such as photos."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._label = ""
        self._width = 0
        self._last = time.monotonic()

    def begin(self, label: str) -> None:
        """Sets the label before the bar."""
        self._label = label

    def say(self, sentence: str) -> None:
        """Prints a line of its own."""
        self.end()
        click.echo(sentence, err=True)

    def show(self, done: int, total: int, more: str = "") -> None:
        """Shows that `done` of `total` are done, with `more` after the bar."""
        if self._terminal:
            part = done / max(total, 1)
            line = f"{self._label}  [{'#' * round(36 * part):<36}]  {done}/{total}{more}"
            click.echo(f"\r{line:<{self._width}}", err=True, nl=False)
            self._width = len(line)
        elif time.monotonic() - self._last > LINE_EVERY:
            self._last = time.monotonic()
            click.echo(f"{self._label}: {done} of {total} {self._what}", err=True)

    def end(self) -> None:
        """Ends the line of the bar, if there is one."""
        if self._width:
            click.echo(err=True)
            self._width = 0
