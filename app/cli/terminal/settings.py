"""The settings of a command."""

import logging

from app.core.config import Settings, load_settings
from app.core.logging import configure


def read_settings() -> Settings:
    """The settings, by which warnings are logged from now on. Raises SettingError.

    No more than warnings: a command says on its own what it does.
    """
    settings = load_settings()
    configure(settings.log, logging.WARNING)
    return settings
