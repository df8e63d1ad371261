"""Settings (environment and .env) and campaign rules (campaigns.toml): read once, checked, frozen.

Anything wrong or missing raises `SettingError` with one line that names the key.
"""

import contextlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from dotenv import dotenv_values

from app.errors import NotFound, SettingError

TRACKING = ("individual", "aggregate", "off")
SHORTEST_KEY = 16  # characters of a secret key
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Account:
    """A Cloudinary account. `upload_prefix` is where its API is (None: Cloudinary's own)."""

    cloud_name: str
    api_key: str
    api_secret: str = field(repr=False)
    upload_prefix: str | None = None


@dataclass(frozen=True)
class MailServer:
    """`security`: "starttls" (smtp://), "tls" (smtps://), or "none", which is for a server on this machine only."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """As COLLAGEN_SMTP_URL says it, with the password."""
        login = "" if self.user is None else f"{quote(self.user, safe='')}:{quote(self.password or '', safe='')}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.security == 'tls' else 'smtp'}://{login}{host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    """What the environment says. Secrets are left out of its repr."""

    store: Path
    campaigns_file: Path
    account: Account | None = None
    admin_password: str | None = field(default=None, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    delivery_hosts: frozenset[str] = frozenset()
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str | None = None
    mail_server: MailServer | None = None
    mail_from: str | None = None

    def required_account(self) -> Account:
        """The Cloudinary account. Raises SettingError where none is set."""
        if self.account is None:
            raise SettingError(
                "CLOUDINARY_URL is not set (cloudinary://key:secret@cloud, from Cloudinary's console under API Keys)."
            )
        return self.account

    def required_secret_keys(self) -> tuple[str, ...]:
        """What signs tokens, the newest first. Raises SettingError where nothing is set."""
        if not self.secret_keys:
            raise SettingError("COLLAGEN_SECRET_KEY is not set; make one with: openssl rand -hex 32")
        return self.secret_keys

    def required_public_url(self) -> str:
        """How mails address this service, without a slash at the end. Raises SettingError where it is not set."""
        if self.public_url is None:
            raise SettingError("COLLAGEN_PUBLIC_URL is not set (https://collagen.example.org).")
        return self.public_url

    def required_mail(self) -> tuple[MailServer, str]:
        """The server that takes our mails, and their sender. Raises SettingError where either is not set."""
        if self.mail_server is None:
            raise SettingError("COLLAGEN_SMTP_URL is not set (smtp://user:password@host:587).")
        if self.mail_from is None:
            raise SettingError("COLLAGEN_MAIL_FROM is not set (Say No <hello@example.org>).")
        return self.mail_server, self.mail_from

    def environment(self) -> dict[str, str]:
        """The variables from which another process reads these settings, but for the admin's and the webhooks'."""
        variables = {
            "COLLAGEN_STORE": str(self.store.absolute()),
            "COLLAGEN_CAMPAIGNS": str(self.campaigns_file.absolute()),
            "COLLAGEN_DELIVERY_HOSTS": ",".join(sorted(self.delivery_hosts)),
            "COLLAGEN_SECRET_KEY": ",".join(self.secret_keys),
            "COLLAGEN_PUBLIC_URL": self.public_url or "",
            "COLLAGEN_SMTP_URL": self.mail_server.url if self.mail_server else "",
            "COLLAGEN_MAIL_FROM": self.mail_from or "",
        }
        if self.account is not None:
            variables |= {
                "CLOUDINARY_CLOUD_NAME": self.account.cloud_name,
                "CLOUDINARY_API_KEY": self.account.api_key,
                "CLOUDINARY_API_SECRET": self.account.api_secret,
                "CLOUDINARY_UPLOAD_PREFIX": self.account.upload_prefix or "",
            }
        return variables


@dataclass(frozen=True)
class Campaign:
    """The rules of one campaign: one table of campaigns.toml."""

    name: str
    title: str
    folder: str
    test_address: str | None = None
    tracking: str = "individual"
    mail: str | None = None
    public: bool = False
    gallery_password: str | None = field(default=None, repr=False)
    gallery_until: date | None = None

    def gallery_is_over(self, today: date) -> bool:
        """Whether the gallery's last day is past; the last day itself is still one on which it is open."""
        return self.gallery_until is not None and today > self.gallery_until

    def address(self, email: str | None) -> str | None:
        """The address that is stored for a submitter: `email`, or its rewritten form in a campaign for trials.

        With test_address "t+{token}@x.org", user@example.com becomes t+user-example-com@x.org.
        """
        if email is None or self.test_address is None:
            return email
        token = re.sub(r"[^A-Za-z0-9]+", "-", email).strip("-")
        return self.test_address.replace("{token}", token)


class Campaigns(Mapping[str, Campaign]):
    """All campaigns, by name."""

    def __init__(self, campaigns: list[Campaign]) -> None:
        self._by_name = {campaign.name: campaign for campaign in campaigns}
        self._by_folder = {campaign.folder: campaign for campaign in campaigns}

    def __getitem__(self, name: str) -> Campaign:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def require(self, *names: str) -> None:
        """Raises NotFound unless all of these are campaigns."""
        for name in names:
            if name not in self:
                raise NotFound(f"There is no campaign {name[:64]!r} in campaigns.toml.")

    def of_folder(self, folder: str) -> Campaign | None:
        """The campaign whose asset folder this is, or None."""
        return self._by_folder.get(folder)


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Reads the settings from `environ` (the process's own by default), and from `dotenv` what is not set there.

    Raises SettingError, naming the key, for a value that cannot be right.
    """
    environ = os.environ if environ is None else environ
    given = {key: value for key, value in _from_file(dotenv).items() if value} | {
        key: value for key, value in environ.items() if value
    }
    account = _account(given)
    secrets = _list(given.get("COLLAGEN_WEBHOOK_SECRETS"))
    return Settings(
        store=Path(given.get("COLLAGEN_STORE", "./data")),
        campaigns_file=Path(given.get("COLLAGEN_CAMPAIGNS", "./campaigns.toml")),
        account=account,
        admin_password=given.get("COLLAGEN_ADMIN_PASSWORD"),
        webhook_secrets=secrets or ((account.api_secret,) if account else ()),
        delivery_hosts=_hosts(given.get("COLLAGEN_DELIVERY_HOSTS", "res.cloudinary.com")),
        secret_keys=_secret_keys(given.get("COLLAGEN_SECRET_KEY")),
        public_url=_public_url(given.get("COLLAGEN_PUBLIC_URL")),
        mail_server=_mail_server(given.get("COLLAGEN_SMTP_URL")),
        mail_from=_mail_from(given.get("COLLAGEN_MAIL_FROM")),
    )


def _from_file(dotenv: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(dotenv)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{dotenv} cannot be read: {type(error).__name__}.") from None


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _hosts(text: str) -> frozenset[str]:
    hosts = frozenset(host.lower() for host in _list(text))
    for host in hosts or ("",):
        if not re.fullmatch(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", host):
            raise SettingError(
                f"COLLAGEN_DELIVERY_HOSTS must be hosts or host:port, separated by commas, not {host[:100]!r}."
            )
    return hosts


def _secret_keys(text: str | None) -> tuple[str, ...]:
    keys = _list(text)
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise SettingError(
            f"COLLAGEN_SECRET_KEY must be keys of at least {SHORTEST_KEY} characters, separated by commas, the newest"
            " first (the value is not shown here); make one with: openssl rand -hex 32"
        )
    return keys


def _public_url(text: str | None) -> str | None:
    if text is None:
        return None
    url = _split("COLLAGEN_PUBLIC_URL", text)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise SettingError(f"COLLAGEN_PUBLIC_URL must begin with https:// (http only for this machine), not {text!r}.")
    if not url.hostname or url.query or url.fragment or url.username:
        raise SettingError(f"COLLAGEN_PUBLIC_URL must look like https://collagen.example.org, not {text!r}.")
    return text.rstrip("/")


def _mail_server(text: str | None) -> MailServer | None:
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
        security = "none"  # what is not encrypted never leaves this machine
    return MailServer(
        url.hostname,
        port or (465 if security == "tls" else 587),
        security,
        unquote(url.username) if url.username else None,
        unquote(url.password) if url.password else None,
    )


def _mail_from(text: str | None) -> str | None:
    if text is None:
        return None
    _, address = parseaddr(text)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or "\n" in text or "\r" in text:
        raise SettingError(f"COLLAGEN_MAIL_FROM must look like Say No <hello@example.org>, not {text[:100]!r}.")
    return text


def _split(key: str, text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise SettingError(f"{key} is no address (the value is not shown here).") from None


def _account(given: Mapping[str, str]) -> Account | None:
    # The SDK ignores CLOUDINARY_URL where CLOUDINARY_CLOUD_NAME is set; so do we.
    if "CLOUDINARY_CLOUD_NAME" in given:
        for key in ("CLOUDINARY_API_KEY", "CLOUDINARY_API_SECRET"):
            if key not in given:
                raise SettingError(f"{key} is not set, but CLOUDINARY_CLOUD_NAME is: set both, or only CLOUDINARY_URL.")
        return Account(
            given["CLOUDINARY_CLOUD_NAME"],
            given["CLOUDINARY_API_KEY"],
            given["CLOUDINARY_API_SECRET"],
            given.get("CLOUDINARY_UPLOAD_PREFIX"),
        )
    if "CLOUDINARY_URL" not in given:
        return None
    try:
        url = urlsplit(given["CLOUDINARY_URL"])
    except ValueError:  # what it says may hold the secret
        url = urlsplit("")
    if url.scheme != "cloudinary" or not (url.hostname and url.username and url.password):
        raise SettingError("CLOUDINARY_URL must look like cloudinary://key:secret@cloud (the value is not shown here).")
    # hostname is lower-cased by urlsplit; cloud names are case-sensitive
    cloud = url.netloc.rpartition("@")[2]
    if not re.fullmatch(r"[A-Za-z0-9_-]+", cloud):
        raise SettingError("CLOUDINARY_URL has no cloud name after the @ (the value is not shown here).")
    prefix = parse_qs(url.query).get("upload_prefix", [None])[0]
    return Account(cloud, unquote(url.username), unquote(url.password), prefix)


def load_campaigns(path: Path) -> Campaigns:
    """Reads campaigns.toml. Raises SettingError that names the file, the table and the key."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: there is no file {path}; campaigns.toml has an example.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} cannot be read: {error}.") from error
    campaigns = [_campaign(path, name, table) for name, table in tables.items()]
    if not campaigns:
        raise SettingError(f"COLLAGEN_CAMPAIGNS: {path} has no campaign; add a table such as [test_prototype].")
    seen: dict[str, str] = {}
    for campaign in campaigns:
        other = seen.setdefault(campaign.folder, campaign.name)
        if other != campaign.name:
            raise SettingError(f"{path}: [{campaign.name}] and [{other}] have the same folder {campaign.folder!r}.")
    return Campaigns(campaigns)


def _campaign(path: Path, name: str, table: object) -> Campaign:
    if not re.fullmatch(r"[a-z0-9_-]{1,64}", name):
        raise SettingError(f"{path}: [{name}] is no campaign name; use 1 to 64 of a-z, 0-9, _ and -.")
    if not isinstance(table, dict):
        raise SettingError(f"{path}: {name} must be a table: [{name}].")
    allowed = {known.name for known in fields(Campaign)} - {"name"}
    for key in table:
        if key not in allowed:
            raise SettingError(f"{path}: [{name}] has an unknown key {key!r}; known are {', '.join(sorted(allowed))}.")
    given = {key: _value(f"{path}: [{name}] {key}", key, value) for key, value in table.items()}
    campaign = Campaign(**({"title": name, "folder": name} | given), name=name)
    if campaign.tracking not in TRACKING:
        raise SettingError(
            f"{path}: [{name}] tracking must be one of {', '.join(TRACKING)}, not {campaign.tracking!r}."
        )
    if campaign.test_address is not None and not re.fullmatch(
        r"[^@\s]*\{token\}[^@\s]*@[^@\s]+", campaign.test_address
    ):
        raise SettingError(f"{path}: [{name}] test_address must look like name+{{token}}@example.org.")
    return campaign


def _value(where: str, key: str, value: object) -> Any:
    """What stands for a key of a campaign, checked for its kind. `where`: how the message begins."""
    if key == "public":
        if not isinstance(value, bool):
            raise SettingError(f"{where} must be true or false.")
        return value
    if key == "gallery_until":
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if not isinstance(value, date) or isinstance(value, datetime):  # in Python a datetime is a date too
            raise SettingError(f"{where} must be a day such as 2026-12-31.")
        return value
    if not isinstance(value, str) or not value.strip():
        raise SettingError(f"{where} must be a text that is not empty.")
    return value
