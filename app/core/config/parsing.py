"""Turns the text of settings into values; a wrong one raises SettingError, which names the key. Pure."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from app.core.addresses import sender_parts
from app.core.errors import SettingError
from app.core.logging import Style

SHORTEST_KEY = 16  # characters of a secret key
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SIGNATURES = ("sha1", "sha256")  # the account chooses how Cloudinary signs notifications
DEVICES, PRECISIONS = ("auto", "cuda", "mps", "cpu"), ("auto", "bf16", "fp16", "fp32")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Account:
    """A Cloudinary account. `upload_prefix`: the address of its API (None: Cloudinary's own)."""

    cloud_name: str
    api_key: str
    api_secret: str = field(repr=False)
    upload_prefix: str | None = None


@dataclass(frozen=True)
class MailServer:
    """`security`: "starttls" (smtp://), "tls" (smtps://), or "none", only for a server on this machine."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The value of COLLAGEN_SMTP_URL, with the password."""
        login = "" if self.user is None else f"{quote(self.user, safe='')}:{quote(self.password or '', safe='')}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.security == 'tls' else 'smtp'}://{login}{host}:{self.port}"


@dataclass(frozen=True)
class DiffusionModel:
    """The model that paints styles. `name`: its directory, or its name in Hugging Face's cache.

    `device`: auto, cuda, mps or cpu. `precision`: auto, bf16, fp16 or fp32.
    """

    name: str = "black-forest-labs/FLUX.1-dev"
    device: str = "auto"
    precision: str = "auto"


def several(text: str | None) -> tuple[str, ...]:
    """The parts of a comma-separated list."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def hosts(text: str) -> frozenset[str]:
    """COLLAGEN_DELIVERY_HOSTS."""
    hosts = frozenset(host.lower() for host in several(text))
    for host in hosts or ("",):
        if not re.fullmatch(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", host):
            raise SettingError(
                f"COLLAGEN_DELIVERY_HOSTS must be hosts or host:port, separated by commas, not {host[:100]!r}."
            )
    return hosts


def signatures(text: str | None) -> tuple[str, ...]:
    """COLLAGEN_SIGNATURES."""
    if text is None:
        return SIGNATURES
    named = several(text)
    if not named or not set(named) <= set(SIGNATURES):
        raise SettingError(
            f"COLLAGEN_SIGNATURES must be {' and '.join(SIGNATURES)}, or one of them, separated by a comma, not"
            f" {text[:100]!r}."
        )
    return named


def networks(text: str | None) -> tuple[Network, ...]:
    """COLLAGEN_TRUSTED_PROXIES."""
    try:
        return tuple(ipaddress.ip_network(part) for part in several(text))
    except ValueError as error:
        raise SettingError(
            "COLLAGEN_TRUSTED_PROXIES must be addresses and networks such as 172.16.0.0/12, separated by commas:"
            f" {str(error)[:200]}."
        ) from None


def secret_keys(text: str | None) -> tuple[str, ...]:
    """COLLAGEN_SECRET_KEY: the newest first."""
    keys = several(text)
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise SettingError(
            f"COLLAGEN_SECRET_KEY must be keys of at least {SHORTEST_KEY} characters, separated by commas, the newest"
            " first (the value is not shown here); make one with: openssl rand -hex 32"
        )
    return keys


def public_url(text: str | None, key: str = "COLLAGEN_PUBLIC_URL") -> str | None:
    """COLLAGEN_PUBLIC_URL, or an option `key` that stands in for it, without a trailing slash."""
    if text is None:
        return None
    url = _split(key, text)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise SettingError(f"{key} must begin with https:// (http only for this machine), not {text!r}.")
    if not url.hostname or url.query or url.fragment or url.username:
        raise SettingError(f"{key} must look like https://collagen.example.org, not {text!r}.")
    return text.rstrip("/")


def mail_server(text: str | None) -> MailServer | None:
    """COLLAGEN_SMTP_URL."""
    if text is None:
        return None
    url = _split("COLLAGEN_SMTP_URL", text)
    try:
        port = url.port
    except ValueError:
        port = -1
    if url.scheme not in ("smtp", "smtps") or not url.hostname or port == -1 or url.path not in ("", "/"):
        raise SettingError(
            "COLLAGEN_SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465, with"
            " special characters of the password percent-encoded (the value is not shown here)."
        )
    if (url.username is None) != (url.password is None):
        raise SettingError("COLLAGEN_SMTP_URL must have both a user and a password, or neither.")
    security = "tls" if url.scheme == "smtps" else "starttls"
    if security == "starttls" and url.hostname in LOOPBACK and url.username is None:
        security = "none"  # unencrypted traffic never leaves this machine
    return MailServer(
        url.hostname,
        port or (465 if security == "tls" else 587),
        security,
        unquote(url.username) if url.username else None,
        unquote(url.password) if url.password else None,
    )


def mail_from(text: str | None) -> str | None:
    """COLLAGEN_MAIL_FROM, a name and an address."""
    if text is None:
        return None
    if sender_parts(text) is None or "\n" in text or "\r" in text:
        raise SettingError(f"COLLAGEN_MAIL_FROM must look like Say No <hello@example.org>, not {text[:100]!r}.")
    return text


def log(text: str) -> Style:
    """COLLAGEN_LOG."""
    if text == "plain":
        return "plain"
    if text == "json":
        return "json"
    raise SettingError(f"COLLAGEN_LOG must be plain or json, not {text[:100]!r}.")


def diffusion(values: Mapping[str, str]) -> DiffusionModel:
    """COLLAGEN_DIFFUSION, COLLAGEN_DIFFUSION_DEVICE and COLLAGEN_DIFFUSION_PRECISION."""
    model = DiffusionModel(
        values.get("COLLAGEN_DIFFUSION", DiffusionModel.name),
        values.get("COLLAGEN_DIFFUSION_DEVICE", DiffusionModel.device),
        values.get("COLLAGEN_DIFFUSION_PRECISION", DiffusionModel.precision),
    )
    for key, value, choices in (("DEVICE", model.device, DEVICES), ("PRECISION", model.precision, PRECISIONS)):
        if value not in choices:
            raise SettingError(f"COLLAGEN_DIFFUSION_{key} must be one of {', '.join(choices)}, not {value[:100]!r}.")
    return model


def _split(key: str, text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise SettingError(f"{key} is not a URL (the value is not shown here).") from None


def account(values: Mapping[str, str]) -> Account | None:
    """The Cloudinary account, from either form of its settings."""
    # The SDK ignores CLOUDINARY_URL where CLOUDINARY_CLOUD_NAME is set; so do we.
    if "CLOUDINARY_CLOUD_NAME" in values:
        for key in ("CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET"):
            if key not in values:
                raise SettingError(f"{key} is not set, but CLOUDINARY_CLOUD_NAME is: set both, or only CLOUDINARY_URL.")
        return Account(
            values["CLOUDINARY_CLOUD_NAME"],
            values["CLOUDINARY_API_KEY"],
            values["CLOUDINARY_API_SECRET"],
            values.get("CLOUDINARY_UPLOAD_PREFIX"),
        )
    if "CLOUDINARY_URL" not in values:
        return None
    try:
        url = urlsplit(values["CLOUDINARY_URL"])
    except ValueError:  # the error may contain the secret
        url = urlsplit("")
    if url.scheme != "cloudinary" or not (url.hostname and url.username and url.password):
        raise SettingError("CLOUDINARY_URL must look like cloudinary://key:secret@cloud (the value is not shown here).")
    # hostname is lower-cased by urlsplit; cloud names are case-sensitive
    cloud = url.netloc.rpartition("@")[2]
    if not re.fullmatch(r"[A-Za-z0-9_-]+", cloud):
        raise SettingError("CLOUDINARY_URL has no cloud name after the @ (the value is not shown here).")
    prefix = parse_qs(url.query).get("upload_prefix", [None])[0]
    return Account(cloud, unquote(url.username), unquote(url.password), prefix)
