"""The address of a place to publish to: a directory, `file:///srv/www?site=…` or `s3://bucket/prefix?…`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from app.core.errors import SettingError

KEYS = ("endpoint", "region", "site", "distribution")
EXAMPLE = "s3://bucket/prefix?site=https://faces.example.org"


@dataclass(frozen=True)
class Address:
    """`directory`, or `bucket` and `prefix` ("" or ending in a slash). `site`: its own address, ending in a slash.

    `endpoint`, `region`: of the bucket, where boto3 does not know them. `distribution`: the ID of the CloudFront
    distribution in front of it.
    """

    directory: Path | None = None
    bucket: str = ""
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    site: str | None = None
    distribution: str | None = None

    @property
    def place(self) -> str:
        """The target without its options, for messages and as a key."""
        return str(self.directory) if self.directory is not None else f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def read_address(text: str, beside: Path) -> Address:
    """`beside`: where a relative directory starts. Raises SettingError."""
    if not re.match(r"(s3|file)://", text):
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) or not text.strip() or "\0" in text:
            raise SettingError(f"{text[:100]!r} is neither a directory nor an address such as {EXAMPLE}.")
        return Address(directory=beside.absolute() / text)
    try:
        url = urlsplit(text)
        options: dict[str, Any] = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    except ValueError:
        raise SettingError(f"{text[:100]!r} is not an address such as {EXAMPLE}.") from None
    for key in options:
        if key not in KEYS:
            raise SettingError(f"An address to publish to has no {key!r}; known are {', '.join(KEYS)}.")
    options |= {key: _link(key, options[key]) for key in ("endpoint", "site") if key in options}
    if "site" in options:
        options["site"] = options["site"].rstrip("/") + "/"
    if url.scheme == "file":
        if url.netloc or not url.path.startswith("/"):
            raise SettingError(f"{text[:100]!r} must look like file:///srv/www.")
        return Address(directory=Path(unquote(url.path)), **options)
    prefix = url.path.strip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", url.netloc):
        raise SettingError(f"{url.netloc[:100]!r} is not the name of a bucket, in an address such as {EXAMPLE}.")
    if prefix and not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", prefix):
        raise SettingError("The prefix in a bucket may have letters, digits, ., _, - and / only.")
    return Address(bucket=url.netloc, prefix=prefix and f"{prefix}/", **options)


def require_address(text: str) -> None:
    """Raises SettingError if it is not an address."""
    read_address(text, Path())


def _link(key: str, value: str) -> str:
    try:
        url = urlsplit(value)
        if url.scheme in ("https", "http") and url.hostname and not url.username and not re.search(r"[\s\"<>]", value):
            return value
    except ValueError:
        pass
    raise SettingError(f"{key} must be an address that begins with https://, not {value[:100]!r}.")
