"""Shared by several commands: loading settings, and option types."""

import logging
from collections.abc import Mapping
from typing import Any

import click

from app.core.config import Settings, load_settings
from app.core.logging import configure

SHOWN = 10  # files with the same sentence


def read_settings() -> Settings:
    """Loads the settings and logs warnings to standard error in their style. Raises SettingError.

    Only warnings, because a command reports its own progress.
    """
    settings = load_settings()
    configure(settings.log, logging.WARNING)
    return settings


def print_notes(notes: Mapping[str, str], *, err: bool = False) -> None:
    """The files of a folder about which there is something to say, at most SHOWN with the same sentence."""
    by_note: dict[str, list[str]] = {}
    for file, note in sorted(notes.items()):
        by_note.setdefault(note, []).append(file)
    for note, files in sorted(by_note.items()):
        for file in files[:SHOWN]:
            click.echo(f"  {file}{' ' if note[:1].islower() else ': '}{note}", err=err)
        if len(files) > SHOWN:
            click.echo(f"  and {len(files) - SHOWN} more like {files[-1]}", err=err)


class CollageNumber(click.ParamType[str]):
    """A collage's number: 1, 01 and 0001 are the same."""

    name = "collage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is not the number of a collage, such as 3.", param, ctx)
        return f"{int(value):04}"
