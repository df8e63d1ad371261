"""Everything that can go wrong, as one tree.

CollagenError
├── Permanent                 the same input fails again
│   ├── SettingError          a setting, campaigns.toml or a tool is wrong or missing
│   ├── BadSignature          a notification that Cloudinary did not sign, or not now
│   ├── BadNotification       a notification nothing can be done with
│   ├── BadPublicId           a public ID that cannot be a file name, or that Cloudinary cannot have
│   ├── PictureError          what should be a picture is none, is broken or too large
│   ├── NotFound              no such campaign, collage or file
│   ├── BadParameters         parameters from which no collage can be made, or no photos to make it of
│   ├── BuildFailed           the process that built a collage ended without one
│   └── CollageUnsound        a collage that is not what its manifest says, or that shows somebody who has withdrawn
└── Retryable                 worth another try, after `retry_after` seconds
    ├── CloudinaryUnavailable down, rate-limited, still processing, or answering nonsense
    ├── StoreUnavailable      not mounted, full, read-only, or failing
    ├── ExifToolFailed        exiftool did not do what it was asked
    ├── DecoderFailed         the process that decodes pictures cannot be started
    ├── PhotoBusy             another process is at work on the same photo
    ├── WebhooksBusy          more notifications than can be worked on or wait
    ├── SyncInProgress        another sync of the campaign is running
    ├── CollageInProgress     another collage of the campaign is being built
    ├── NotifyInProgress      mails of the campaign are being sent already
    ├── MailUnavailable       the mail server cannot be reached, or ends the conversation
    └── QueueUnavailable      the queue cannot be reached, or refuses for now

Whether another try is worth it is data on the error; what a door answers stands in that door's table. The message
is for the person who runs Collagen: it names the thing and says what to do. `public` is what may be shown to anyone.
"""

import re
import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """An unexpected error in one line, for a log: its type and where in our code it came from, nothing it says.

    What an exception of a library says may hold an address, a secret or a whole request.
    """
    ours = str(Path(__file__).parents[1])
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(ours)]
    place = (
        f" in {frames[-1].name}, {frames[-1].filename.rpartition('/')[2]} line {frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def nameless(text: str) -> str:
    """`text` for logs and notes, in which no address ever stands; mail servers repeat them in what they say."""
    return re.sub(r"[^\s<>]+@[^\s<>]+", "<address>", text)


class CollagenError(Exception):
    """Base of all errors that Collagen raises on purpose."""

    retryable = False

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

    `key`: the API key whose secret it says has signed it, which is for the log only.
    """

    def __init__(self, message: str, *, key: str | None = None) -> None:
        hint = f" It says that the secret of the API key {key} has; add that one." if key else ""
        super().__init__(message + hint)
        self._public = message

    @property
    def public(self) -> str:
        return self._public


class BadNotification(Permanent):
    """Not JSON, or without the fields without which nothing can be done."""


class BadPublicId(Permanent):
    """A public ID that is unsafe to pass on, or too long for a file name."""


class PictureError(Permanent):
    """No picture, a broken one, or one beyond the limits."""


class NotFound(Permanent):
    """No such campaign, collage or file."""


class BadParameters(Permanent):
    """No collage can be made of these parameters or of these photos."""


class BuildFailed(Permanent):
    """The building process ended without a collage."""


class CollageUnsound(Permanent):
    """A finished collage that `check` finds something wrong with, or that shows somebody who has withdrawn.

    `damage`: what is wrong with its manifest, where nobody can tell from it whom the collage shows.
    """

    def __init__(self, message: str, *, damage: str = "") -> None:
        super().__init__(message)
        self.damage = damage


class Retryable(CollagenError):
    """Worth another try.

    `retry_after`: after how many seconds.
    """

    retryable = True
    sentence = "This cannot be done at the moment."

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def public(self) -> str:
        return self.sentence


class CloudinaryUnavailable(Retryable):
    """Cloudinary cannot be reached, refuses, or gives an answer that makes no sense.

    `limit_reached`: it refuses because the hourly limit of calls is used up.
    """

    sentence = "Cloudinary cannot be asked at the moment."

    def __init__(self, message: str, *, retry_after: int = 60, limit_reached: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        self.limit_reached = limit_reached


class StoreUnavailable(Retryable):
    """The store is not mounted, full, read-only or failing."""

    sentence = "The store cannot be used at the moment."


class ExifToolFailed(Retryable):
    """exiftool died, hung, or did not do what it was asked."""

    sentence = "The photo's metadata cannot be written at the moment."


class DecoderFailed(Retryable):
    """There is no process to decode a picture in."""

    sentence = "Pictures cannot be decoded at the moment."


class PhotoBusy(Retryable):
    """Another process holds the photo."""

    sentence = "The photo is being worked on by another process."


class WebhooksBusy(Retryable):
    """There are more notifications than a process takes at once, or the sender of this one has hung up."""

    sentence = "Too many notifications at once."


class SyncInProgress(Retryable):
    """Another sync of the same campaign is running."""

    sentence = "A sync of this campaign is running; wait until it is done."


class CollageInProgress(Retryable):
    """A collage of the same campaign is being built."""

    sentence = "A collage of this campaign is being built; wait until it is done."


class NotifyInProgress(Retryable):
    """Mails of the same campaign are being sent."""

    sentence = "Mails of this campaign are being sent already; wait until that is done."


class MailUnavailable(Retryable):
    """The mail server cannot be reached, or does not talk to us any more."""

    sentence = "Mails cannot be sent at the moment."


class QueueUnavailable(Retryable):
    """Amazon SQS cannot be reached, or refuses for now."""

    sentence = "The queue cannot be used at the moment."
