"""A browser in which the admin has logged in."""

from tests.support.admins import admins, browser

__all__ = ["admins", "browser"]
