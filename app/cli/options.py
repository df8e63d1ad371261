"""Shared by several commands: loading settings, and option types."""

import logging
from typing import Any

import click

from app.core.config import Settings, load_settings
from app.core.logging import configure


def read_settings() -> Settings:
    """Loads the settings and logs warnings to standard error in their style. Raises SettingError.

    Only warnings, because a command reports its own progress.
    """
    settings = load_settings()
    configure(settings.log, logging.WARNING)
    return settings


class CollageNumber(click.ParamType[str]):
    """A collage's number: 1, 01 and 0001 are the same."""

    name = "collage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is not the number of a collage, such as 3.", param, ctx)
        return f"{int(value):04}"
