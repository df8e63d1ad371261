"""What the settings and the campaigns' rules say, and which features that leaves off. Pure."""

from collections.abc import Iterator, Mapping

from app.core.config import Campaign, Settings, Survey
from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result

SHORTEST_PASSWORD = 12  # characters; guesses are slowed down, but it is all that stands before every photo
SHORTEST_SECRET = 16  # characters; Cloudinary's own have 27
MAIL = ("COLLAGEN_SECRET_KEY", "COLLAGEN_PUBLIC_URL", "COLLAGEN_SMTP_URL", "COLLAGEN_MAIL_FROM")


def read(survey: Survey) -> Iterator[Result]:
    """Whether every setting could be read, and whether it is one."""
    wrong = [Result("settings", FAIL, problem) for problem in survey.problems]
    for name in survey.placeholders:
        wrong.append(Result("settings", FAIL, f"{name} still says what .env.example shows", "put your own there"))
    if survey.settings.account is None and not survey.problems:
        advice = "copy it from Cloudinary's console, Settings → API Keys"
        wrong.append(Result("settings", FAIL, "CLOUDINARY_URL is not set", advice))
    for name, meant in survey.unknown.items():
        advice = f"did you mean {meant}?" if meant else "take it out, or see .env.example"
        wrong.append(Result("settings", WARN, f"nothing reads {name}", advice))
    wrong += _short(survey.settings)
    yield from wrong or [Result("settings", OK, f"{len(survey.names)} are set, all can be read")]


def _short(settings: Settings) -> Iterator[Result]:
    if settings.admin_password and len(settings.admin_password) < SHORTEST_PASSWORD:
        said = f"COLLAGEN_ADMIN_PASSWORD has under {SHORTEST_PASSWORD} characters"
        yield Result("settings", WARN, said, "make a better one with: openssl rand -base64 24")
    if any(len(secret) < SHORTEST_SECRET for secret in settings.webhook_secrets):
        said = f"a secret that notifications may be signed with has under {SHORTEST_SECRET} characters"
        yield Result("settings", WARN, said, "copy it whole from Cloudinary's console")


def features(survey: Survey, campaigns: Mapping[str, Campaign] | None) -> Iterator[Result]:
    """What is on, and what is off for lack of a setting. `campaigns`: None where their rules cannot be read."""
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
        yield Result("mails", OK, "off, as there is no mail server (COLLAGEN_SMTP_URL)")
    else:
        yield Result("mails", WARN, "off, though there is a mail server", f"set {', '.join(missing)}")
    if campaigns is None:
        yield Result("galleries", SKIPPED, "not checked: the campaigns' rules cannot be read")
        return
    open_ones = [name for name, campaign in campaigns.items() if campaign.gallery_password]
    if open_ones and not settings.secret_keys:
        said = f"{', '.join(open_ones)} cannot have one without COLLAGEN_SECRET_KEY, and the service does not start"
        yield Result("galleries", FAIL, said, "make one with: openssl rand -hex 32")
    else:
        yield Result("galleries", OK, ", ".join(open_ones) or "off, as no campaign has a gallery_password")
