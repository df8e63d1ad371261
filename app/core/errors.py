"""All errors that Collagen raises on purpose, as one tree.

CollagenError
├── Permanent                 the same input fails again
│   ├── SettingError          a setting, campaigns.toml or a tool is wrong or missing
│   ├── BadSignature          a notification that Cloudinary did not sign, or not recently
│   ├── BadNotification       an unusable notification
│   ├── BadPublicId           a public ID that cannot be a file name, or that Cloudinary cannot have
│   ├── PictureError          not a picture, a broken one, or too large
│   ├── NotFound              no such campaign, collage or file
│   ├── BadParameters         unusable parameters, or no photos for a collage
│   ├── BuildFailed           a collage's build process ended without one
│   └── CollageUnsound        a collage that contradicts its manifest, or shows somebody who has withdrawn
└── Retryable                 worth a retry, after `retry_after` seconds
    ├── SourceUnavailable     where photos come from cannot be reached
    │   ├── CloudinaryUnavailable down, rate-limited, still processing, or answering nonsense
    │   └── FolderUnavailable     not mounted, empty, or not readable
    ├── StoreUnavailable      not mounted, full, read-only, or failing
    ├── ExifToolFailed        exiftool died, hung, or failed
    ├── DecoderFailed         the process that decodes pictures cannot be started
    ├── PhotoBusy             another process is working on the same photo
    ├── WebhooksBusy          more notifications than can be handled or queued
    ├── SyncInProgress        another sync of the campaign is running
    ├── CollageInProgress     another collage of the campaign is being built
    ├── NotifyInProgress      mails of the campaign are already being sent
    ├── MailUnavailable       the mail server cannot be reached, or closes the session
    └── QueueUnavailable      the queue cannot be reached, or refuses for now

Whether a retry is worth it is data on the error. The message is for the person who runs Collagen: it names the thing
and says what to do. `public` may be shown to anyone.
"""

import re
import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """An unexpected error on one line, for a log: its type and the place in our code, without its message.

    A library's message may contain an address, a secret or a whole request.
    """
    ours = str(Path(__file__).parents[1])
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(ours)]
    place = (
        f" in {frames[-1].name}, {frames[-1].filename.rpartition('/')[2]} line {frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def nameless(text: str) -> str:
    """`text` without e-mail addresses, for logs and notes; mail servers repeat them in their answers."""
    return re.sub(r"[^\s<>]+@[^\s<>]+", "<address>", text)


class CollagenError(Exception):
    """Base of all errors that Collagen raises on purpose."""

    retryable = False
    by_trigger = False  # a notification fails because of how its trigger is set up, as all others of it do; logged once

    @property
    def public(self) -> str:
        """One sentence without paths, addresses or secrets."""
        return str(self)


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


class CollageUnsound(Permanent):
    """A finished collage in which `check` finds a fault, or that shows somebody who has withdrawn.

    `damage`: what is wrong with its manifest, if it no longer says whom the collage shows.
    """

    def __init__(self, message: str, *, damage: str = "") -> None:
        super().__init__(message)
        self.damage = damage


class Retryable(CollagenError):
    """Worth a retry, after `retry_after` seconds."""

    retryable = True
    sentence = "This cannot be done at the moment."

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def public(self) -> str:
        return self.sentence


class SourceUnavailable(Retryable):
    """Where a campaign's photos come from cannot be reached."""


class FolderUnavailable(SourceUnavailable):
    """A campaign's folder is not mounted, suddenly empty, or cannot be read or written to."""

    sentence = "The folder where the photos come from cannot be used at the moment."


class CloudinaryUnavailable(SourceUnavailable):
    """Cloudinary cannot be reached, refuses, or answers nonsense. `limit_reached`: no call is left this hour."""

    sentence = "Cloudinary cannot be reached at the moment."
    forbidden = False  # the API key lacks the right to make this call

    def __init__(self, message: str, *, retry_after: int = 60, limit_reached: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        self.limit_reached = limit_reached


class StoreUnavailable(Retryable):
    """The store is not mounted, full, read-only or failing."""

    sentence = "The store cannot be used at the moment."


class ExifToolFailed(Retryable):
    """exiftool died, hung, or failed."""

    sentence = "The photo's metadata cannot be written at the moment."


class DecoderFailed(Retryable):
    """The process that decodes pictures cannot be started."""

    sentence = "Pictures cannot be decoded at the moment."


class PhotoBusy(Retryable):
    """Another process holds the photo."""

    sentence = "Another process is working on the photo."


class WebhooksBusy(Retryable):
    """More notifications than a process handles at once, or the sender has hung up."""

    sentence = "Too many notifications at once."


class SyncInProgress(Retryable):
    """Another sync of the same campaign is running."""

    sentence = "A sync of this campaign is running; wait until it is done."


class CollageInProgress(Retryable):
    """A collage of the same campaign is being built."""

    sentence = "A collage of this campaign is being built; wait until it is done."


class NotifyInProgress(Retryable):
    """Mails of the same campaign are being sent."""

    sentence = "Mails of this campaign are already being sent; wait until that is done."


class MailUnavailable(Retryable):
    """The mail server cannot be reached, or closes the session."""

    sentence = "Mails cannot be sent at the moment."


class QueueUnavailable(Retryable):
    """Amazon SQS cannot be reached, or refuses for now."""

    sentence = "The queue cannot be used at the moment."
