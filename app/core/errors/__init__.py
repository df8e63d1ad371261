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
│   ├── LookFailed            a photo that a look cannot be made of
│   └── CollageUnsound        a collage that contradicts its manifest, or shows somebody who has withdrawn
└── Retryable                 worth a retry, after `retry_after` seconds
    ├── SourceUnavailable     where photos come from cannot be reached
    │   ├── CloudinaryUnavailable down, rate-limited, still processing, or answering nonsense
    │   └── FolderUnavailable     not mounted, empty, or not readable
    ├── StoreUnavailable      not mounted, full, read-only, or failing
    ├── ExifToolFailed        exiftool died, hung, or failed
    ├── DecoderFailed         the process that decodes pictures cannot be started
    ├── ModelFailed           the process that runs a model died, hung, or had not enough memory
    ├── PhotoBusy             another process is working on the same photo
    ├── WebhooksBusy          more notifications than can be handled or queued
    ├── SyncInProgress        another sync of the campaign is running
    ├── CollageInProgress     another collage of the campaign is being built
    ├── NotifyInProgress      mails of the campaign are already being sent
    ├── MailUnavailable       the mail server cannot be reached, or closes the session
    ├── QueueUnavailable      the queue cannot be reached, or refuses for now
    ├── TargetUnavailable     where a campaign is published cannot be reached, or refuses for now
    └── PublishInProgress     the campaign is being published

Whether a retry is worth it is data on the error. The message is for the person who runs Collagen: it names the thing
and says what to do. `public` may be shown to anyone.
"""

from app.core.errors.base import (
    CollagenError,
    nameless,
    where,
)
from app.core.errors.permanent import (
    BadNotification,
    BadParameters,
    BadPublicId,
    BadSignature,
    BuildFailed,
    CollageUnsound,
    LookFailed,
    NotFound,
    Permanent,
    PictureError,
    SettingError,
)
from app.core.errors.retryable import (
    CloudinaryUnavailable,
    CollageInProgress,
    DecoderFailed,
    ExifToolFailed,
    FolderUnavailable,
    MailUnavailable,
    ModelFailed,
    NotifyInProgress,
    PhotoBusy,
    PublishInProgress,
    QueueUnavailable,
    Retryable,
    SourceUnavailable,
    StoreUnavailable,
    SyncInProgress,
    TargetUnavailable,
    WebhooksBusy,
)

__all__ = [
    "BadNotification",
    "BadParameters",
    "BadPublicId",
    "BadSignature",
    "BuildFailed",
    "CloudinaryUnavailable",
    "CollageInProgress",
    "CollageUnsound",
    "CollagenError",
    "DecoderFailed",
    "ExifToolFailed",
    "FolderUnavailable",
    "LookFailed",
    "MailUnavailable",
    "ModelFailed",
    "NotFound",
    "NotifyInProgress",
    "Permanent",
    "PhotoBusy",
    "PictureError",
    "PublishInProgress",
    "QueueUnavailable",
    "Retryable",
    "SettingError",
    "SourceUnavailable",
    "StoreUnavailable",
    "SyncInProgress",
    "TargetUnavailable",
    "WebhooksBusy",
    "nameless",
    "where",
]
