"""Errors where another try may succeed."""

from app.core.errors.base import CollagenError


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


class ModelFailed(Retryable):
    """The process that runs a model died, hung, or had not enough memory."""

    sentence = "The model cannot be run at the moment."


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


class TargetUnavailable(Retryable):
    """Where a campaign is published cannot be reached, or refuses for now."""

    sentence = "The campaign cannot be published at the moment."


class PublishInProgress(Retryable):
    """The same campaign is being published."""

    sentence = "This campaign is being published; wait until that is done."
