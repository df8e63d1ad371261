"""Errors where the same input fails again."""

from app.core.errors.base import CollagenError


class Permanent(CollagenError):
    """The same input would fail again."""


class SettingError(Permanent):
    """A setting, a campaign rule or a tool is wrong or missing; the message names it."""


class BadSignature(Permanent):
    """Not signed by Cloudinary with a secret we know, or too old, or from the future.

    `key`: the API key whose secret signed it, according to the notification; for the log only.
    """

    def __init__(self, message: str, *, key: str | None = None) -> None:
        hint = f" It names the API key {key}: add that key's secret." if key else ""
        super().__init__(message + hint)
        self._public = message

    @property
    def public(self) -> str:
        return self._public


class BadNotification(Permanent):
    """Not JSON, or without required fields."""


class BadPublicId(Permanent):
    """A public ID that is unsafe to pass on, or too long for a file name."""


class PictureError(Permanent):
    """Not a picture, a broken one, or one beyond the limits."""


class NotFound(Permanent):
    """No such campaign, collage or file."""


class BadParameters(Permanent):
    """No collage can be made from these parameters or photos."""


class BuildFailed(Permanent):
    """The building process ended without a collage."""


class LookFailed(Permanent):
    """A look cannot be made of a photo: a model finds nobody in it, or everything."""


class CollageUnsound(Permanent):
    """A finished collage in which `check` finds a fault, or that shows somebody who has withdrawn.

    `damage`: what is wrong with its manifest, if it no longer says whom the collage shows.
    """

    def __init__(self, message: str, *, damage: str = "") -> None:
        super().__init__(message)
        self.damage = damage
