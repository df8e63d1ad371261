"""Settings from the environment, and from .env for what the environment lacks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from app.core.config import parsing
from app.core.config.parsing import Account, DiffusionModel, MailServer, Network
from app.core.errors import SettingError
from app.core.logging import Style


@dataclass(frozen=True)
class Settings:
    """The settings. Secrets are left out of the repr."""

    store: Path
    campaigns_file: Path
    account: Account | None = None
    admin_password: str | None = field(default=None, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    signatures: tuple[str, ...] = parsing.SIGNATURES
    delivery_hosts: frozenset[str] = frozenset()
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str | None = None
    mail_server: MailServer | None = None
    mail_from: str | None = None
    log: Style = "plain"
    trusted_proxies: tuple[Network, ...] = ()
    looks_file: Path = Path("./looks.toml")
    models: Path = Path("./models")
    looks_queue: str | None = None
    styles_queue: str | None = None
    diffusion: DiffusionModel = field(default_factory=DiffusionModel)
    media: str | None = None

    def required_account(self) -> Account:
        """The Cloudinary account. Raises SettingError if none is set."""
        if self.account is None:
            raise SettingError(
                "CLOUDINARY_URL is not set (cloudinary://key:secret@cloud, from Cloudinary's console under API Keys)."
            )
        return self.account

    def required_webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that may sign notifications. Raises SettingError if none is set."""
        if not self.webhook_secrets:
            raise SettingError(
                "Neither COLLAGEN_WEBHOOK_SECRETS nor CLOUDINARY_URL is set: use the values that the workers have."
            )
        return self.webhook_secrets

    def required_secret_keys(self) -> tuple[str, ...]:
        """The keys that sign tokens, newest first. Raises SettingError if none is set."""
        if not self.secret_keys:
            raise SettingError("COLLAGEN_SECRET_KEY is not set; make one with: openssl rand -hex 32")
        return self.secret_keys

    def required_public_url(self) -> str:
        """The URL of this service in mails, without a trailing slash. Raises SettingError if it is not set."""
        if self.public_url is None:
            raise SettingError("COLLAGEN_PUBLIC_URL is not set (https://collagen.example.org).")
        return self.public_url

    def required_mail(self) -> tuple[MailServer, str]:
        """The mail server, and the sender of our mails. Raises SettingError if either is not set."""
        if self.mail_server is None:
            raise SettingError("COLLAGEN_SMTP_URL is not set (smtp://user:password@host:587).")
        if self.mail_from is None:
            raise SettingError("COLLAGEN_MAIL_FROM is not set (Say No <hello@example.org>).")
        return self.mail_server, self.mail_from

    def without_paths(self, text: object) -> str:
        """A message for the system log, without the path of the store."""
        return str(text).replace(str(self.store), "<store>")

    def environment(self) -> dict[str, str]:
        """The environment for a child process with these settings, except the admin's and the webhooks'."""
        variables = {
            "COLLAGEN_STORE": str(self.store.absolute()),
            "COLLAGEN_CAMPAIGNS": str(self.campaigns_file.absolute()),
            "COLLAGEN_DELIVERY_HOSTS": ",".join(sorted(self.delivery_hosts)),
            "COLLAGEN_SECRET_KEY": ",".join(self.secret_keys),
            "COLLAGEN_PUBLIC_URL": self.public_url or "",
            "COLLAGEN_SMTP_URL": self.mail_server.url if self.mail_server else "",
            "COLLAGEN_MAIL_FROM": self.mail_from or "",
            "COLLAGEN_LOG": self.log,
            "COLLAGEN_LOOKS": str(self.looks_file.absolute()),
            "COLLAGEN_MODELS": str(self.models.absolute()),
            "COLLAGEN_LOOKS_QUEUE": self.looks_queue or "",
            "COLLAGEN_STYLES_QUEUE": self.styles_queue or "",
            "COLLAGEN_DIFFUSION": self._diffusion(),
            "COLLAGEN_DIFFUSION_DEVICE": self.diffusion.device,
            "COLLAGEN_DIFFUSION_PRECISION": self.diffusion.precision,
            "COLLAGEN_MEDIA": self.media or "",
        }
        if self.account is not None:
            variables |= {
                "CLOUDINARY_CLOUD_NAME": self.account.cloud_name,
                "CLOUDINARY_API_KEY": self.account.api_key,
                "CLOUDINARY_API_SECRET": self.account.api_secret,
                "CLOUDINARY_UPLOAD_PREFIX": self.account.upload_prefix or "",
            }
        return variables

    def _diffusion(self) -> str:
        """The model for a process that runs in another directory."""
        path = Path(self.diffusion.name)
        return str(path.absolute()) if path.is_dir() else self.diffusion.name


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Reads the settings from `environ` (by default this process's), and from `dotenv` what is not set there.

    Raises SettingError, naming the key, for a wrong value.
    """
    values = read_values(os.environ if environ is None else environ, dotenv)
    account = parsing.account(values)
    secrets = parsing.several(values.get("COLLAGEN_WEBHOOK_SECRETS"))
    return Settings(
        store=Path(values.get("COLLAGEN_STORE", "./data")),
        campaigns_file=Path(values.get("COLLAGEN_CAMPAIGNS", "./campaigns.toml")),
        account=account,
        admin_password=values.get("COLLAGEN_ADMIN_PASSWORD"),
        webhook_secrets=secrets or ((account.api_secret,) if account else ()),
        signatures=parsing.signatures(values.get("COLLAGEN_SIGNATURES")),
        delivery_hosts=parsing.hosts(values.get("COLLAGEN_DELIVERY_HOSTS", "res.cloudinary.com")),
        secret_keys=parsing.secret_keys(values.get("COLLAGEN_SECRET_KEY")),
        public_url=parsing.public_url(values.get("COLLAGEN_PUBLIC_URL")),
        mail_server=parsing.mail_server(values.get("COLLAGEN_SMTP_URL")),
        mail_from=parsing.mail_from(values.get("COLLAGEN_MAIL_FROM")),
        log=parsing.log(values.get("COLLAGEN_LOG", "plain")),
        trusted_proxies=parsing.networks(values.get("COLLAGEN_TRUSTED_PROXIES")),
        looks_file=Path(values.get("COLLAGEN_LOOKS", "./looks.toml")),
        models=Path(values.get("COLLAGEN_MODELS") or values.get("U2NET_HOME", "./models")),
        looks_queue=values.get("COLLAGEN_LOOKS_QUEUE"),
        styles_queue=values.get("COLLAGEN_STYLES_QUEUE"),
        diffusion=parsing.diffusion(values),
        media=values.get("COLLAGEN_MEDIA"),
    )


def read_values(environ: Mapping[str, str], dotenv: Path) -> dict[str, str]:
    """All variables that are set, by name, known or not: in `environ`, and in `dotenv` what is not set there.

    Raises SettingError if `dotenv` exists and cannot be read.
    """
    return {key: value for key, value in _from_file(dotenv).items() if value} | {
        key: value for key, value in environ.items() if value
    }


def _from_file(dotenv: Path) -> Mapping[str, str | None]:
    try:
        dotenv.open("rb").close()  # dotenv treats an unreadable file as missing
        return dotenv_values(dotenv)
    except FileNotFoundError:
        if dotenv.is_symlink():
            raise SettingError(f"{dotenv} links to a file that does not exist.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        who = "; run it as the user who runs Collagen" if isinstance(error, PermissionError) else ""
        raise SettingError(f"{dotenv} cannot be read: {type(error).__name__}{who}.") from None
