"""Checks the settings and campaign rules, and which features they leave off. Pure."""

from collections.abc import Iterator, Mapping

from app.core.config import Campaign, Settings, Survey
from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result

SHORTEST_PASSWORD = 12  # characters; guessing is throttled, but nothing else protects the photos
SHORTEST_SECRET = 16  # characters; Cloudinary's own have 27
MAIL = ("COLLAGEN_SECRET_KEY", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SMTP_URL", "COLLAGEN_MAIL_FROM")


def read(survey: Survey, campaigns: Mapping[str, Campaign] | None = None) -> Iterator[Result]:
    """Whether every setting is known and readable. `campaigns`: None if their rules cannot be read."""
    wrong = [Result("settings", FAIL, problem) for problem in survey.problems]
    for name in survey.placeholders:
        wrong.append(Result("settings", FAIL, f"{name} still has its value from .env.example", "set your own"))
    needed = not campaigns or any(campaign.directory is None for campaign in campaigns.values())
    if survey.settings.account is None and not survey.problems and needed:
        advice = "copy it from Cloudinary's console, Settings → API Keys"
        wrong.append(Result("settings", FAIL, "CLOUDINARY_URL is not set", advice))
    for name, meant in survey.unknown.items():
        advice = f"did you mean {meant}?" if meant else "remove it, or see .env.example"
        wrong.append(Result("settings", WARN, f"nothing reads {name}", advice))
    wrong += _short(survey.settings)
    yield from wrong or [Result("settings", OK, f"{len(survey.names)} set, all readable")]


def _short(settings: Settings) -> Iterator[Result]:
    if settings.admin_password and len(settings.admin_password) < SHORTEST_PASSWORD:
        message = f"COLLAGEN_ADMIN_PASSWORD has under {SHORTEST_PASSWORD} characters"
        yield Result("settings", WARN, message, "make a longer one with: openssl rand -base64 24")
    if any(len(secret) < SHORTEST_SECRET for secret in settings.webhook_secrets):
        message = f"a webhook secret has under {SHORTEST_SECRET} characters"
        yield Result("settings", WARN, message, "copy all of it from Cloudinary's console")


def features(survey: Survey, campaigns: Mapping[str, Campaign] | None) -> Iterator[Result]:
    """What is on, and what is off for lack of a setting. `campaigns`: None if their rules cannot be read."""
    settings = survey.settings
    if settings.admin_password:
        yield Result("admin", OK, "on")
    else:
        yield Result("admin", WARN, "off: nobody can make a collage in a browser", "set COLLAGEN_ADMIN_PASSWORD")
    needed = (settings.secret_keys, settings.public_url, settings.mail_server, settings.mail_from)
    missing = [name for name, value in zip(MAIL, needed, strict=True) if not value]
    if not missing:
        yield Result("mails", OK, "on")
    elif "COLLAGEN_SMTP_URL" in missing:
        yield Result("mails", OK, "off: no mail server is set (COLLAGEN_SMTP_URL)")
    else:
        yield Result("mails", WARN, "off, although a mail server is set", f"set {', '.join(missing)}")
    if campaigns is None:
        yield Result("galleries", SKIPPED, "not checked: campaigns.toml cannot be read")
        return
    hidden = [name for name, one in campaigns.items() if (one.join or one.download or one.embed) and not one.public]
    if hidden:
        message = f"join, download and embed of {', '.join(hidden)} do nothing without public = true"
        yield Result("public pages", WARN, message, "set it in campaigns.toml, or remove them")
    open_ones = [name for name, campaign in campaigns.items() if campaign.gallery_password]
    if open_ones and not settings.secret_keys:
        message = f"{', '.join(open_ones)} need COLLAGEN_SECRET_KEY, and the service does not start without it"
        yield Result("galleries", FAIL, message, "make one with: openssl rand -hex 32")
    else:
        yield Result("galleries", OK, ", ".join(open_ones) or "off: no campaign has a gallery_password")
